#!lua flags=allow-oom
--[[
  Ends the lease of one incarnation of a node, which stays listed among the dead.

  KEYS[1]  nodes: the leases
  ARGV[1]  node
  ARGV[2]  incarnation

  Output: 1 where it was alive, else 0
]]
-- @include clock
-- @include lease

local time = now()
local lease = readLease(KEYS[1], ARGV[1])
if not lease or lease.incarnation ~= tonumber(ARGV[2]) or lease.deadline <= time then
  return 0
end
lease.deadline = time
writeLease(KEYS[1], ARGV[1], lease)
return 1
