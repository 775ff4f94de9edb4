#!lua flags=allow-oom
--[[
  Prolongs a lease, unless it has lapsed or another process has registered a later incarnation.

  KEYS[1]  nodes: the leases
  KEYS[2]  primary: which process keeps the data
  ARGV[1]  node
  ARGV[2]  incarnation
  ARGV[3]  process
  ARGV[4]  how long a lease holds, milliseconds
  ARGV[5]  announcement

  Output: { "renewed", primary, milliseconds since it was noticed }
          { "lapsed" }
          { "superseded", the later incarnation }
]]
-- @include clock
-- @include lease
-- @include primary

local time = now()
local incarnation = tonumber(ARGV[2])
local lease = readLease(KEYS[1], ARGV[1])
if lease and lease.incarnation > incarnation and lease.process ~= ARGV[3] then
  return { "superseded", lease.incarnation }
end
if not lease or lease.incarnation ~= incarnation or lease.deadline <= time then
  return { "lapsed" }
end
lease.renewedAt = time
lease.deadline = time + tonumber(ARGV[4])
lease.announcement = ARGV[5]
writeLease(KEYS[1], ARGV[1], lease)
return { "renewed", notice(KEYS[2], time) }
