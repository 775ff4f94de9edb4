#!lua flags=no-writes
--[[
  The nodes, living and dead.

  KEYS[1]  nodes: the leases

  Output: { { node, incarnation, 1 where it is alive, milliseconds since its renewal, announcement } }
]]
-- @include clock
-- @include lease

local time = now()
local nodes = {}
for _, node in ipairs(redis.call("HKEYS", KEYS[1])) do
  local lease = readLease(KEYS[1], node)
  local alive = time < lease.deadline and 1 or 0
  nodes[#nodes + 1] =
    { node, lease.incarnation, alive, time - lease.renewedAt, lease.announcement }
end
return nodes
