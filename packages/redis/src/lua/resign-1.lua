#!lua flags=allow-oom
--[[
  Ends a lease in good order; nothing where it is another incarnation's.

  KEYS[1]  nodes: the leases
  ARGV[1]  node
  ARGV[2]  incarnation

  Output: 1 where it ended, else 0
]]
-- @include lease

local lease = readLease(KEYS[1], ARGV[1])
if lease and lease.incarnation == tonumber(ARGV[2]) then
  return redis.call("HDEL", KEYS[1], ARGV[1])
end
return 0
