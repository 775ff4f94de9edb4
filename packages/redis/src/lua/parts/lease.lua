-- A lease is kept as "<incarnation> <renewed at> <deadline> <process> <announcement>".
local function readLease(nodes, node)
  local value = redis.call("HGET", nodes, node)
  if not value then
    return nil
  end
  local incarnation, renewedAt, deadline, process, announcement =
    string.match(value, "^(%d+) (%d+) (%d+) (%S+) (.*)$")
  return {
    incarnation = tonumber(incarnation),
    renewedAt = tonumber(renewedAt),
    deadline = tonumber(deadline),
    process = process,
    announcement = announcement,
  }
end

local function writeLease(nodes, node, lease)
  local value = string.format(
    "%.0f %.0f %.0f %s %s",
    lease.incarnation, lease.renewedAt, lease.deadline, lease.process, lease.announcement
  )
  redis.call("HSET", nodes, node, value)
end
