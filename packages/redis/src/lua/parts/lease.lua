-- A lease is kept as "<incarnation> <renewed at> <deadline> <announcement>".
local function readLease(nodes, node)
  local value = redis.call("HGET", nodes, node)
  if not value then
    return nil
  end
  local incarnation, renewedAt, deadline, announcement =
    string.match(value, "^(%d+) (%d+) (%d+) (.*)$")
  return {
    incarnation = tonumber(incarnation),
    renewedAt = tonumber(renewedAt),
    deadline = tonumber(deadline),
    announcement = announcement,
  }
end

local function writeLease(nodes, node, incarnation, renewedAt, deadline, announcement)
  local value =
    string.format("%.0f %.0f %.0f %s", incarnation, renewedAt, deadline, announcement)
  redis.call("HSET", nodes, node, value)
end
