#!lua flags=allow-oom
--[[
  Begins a new incarnation of a node. Nodes that died more than an hour ago are forgotten.

  KEYS[1]  nodes: the leases
  KEYS[2]  primary: which process keeps the data
  ARGV[1]  node
  ARGV[2]  how long a lease holds, milliseconds
  ARGV[3]  announcement

  Output: { incarnation, primary, milliseconds since it was noticed }
]]
-- @include clock
-- @include lease
-- @include primary

local rememberMs = 3600000
local time = now()
for _, node in ipairs(redis.call("HKEYS", KEYS[1])) do
  if readLease(KEYS[1], node).deadline < time - rememberMs then
    redis.call("HDEL", KEYS[1], node)
  end
end

local before = readLease(KEYS[1], ARGV[1])
local incarnation = math.max((before and before.incarnation or 0) + 1, time)
writeLease(KEYS[1], ARGV[1], incarnation, time, time + tonumber(ARGV[2]), ARGV[3])
return { incarnation, notice(KEYS[2], time) }
