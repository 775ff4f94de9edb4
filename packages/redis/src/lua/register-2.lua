#!lua flags=allow-oom
--[[
  Begins a new incarnation of a node; a process whose lease holds keeps the one that it has. Nodes
  that died more than an hour ago are forgotten.

  KEYS[1]  nodes: the leases
  KEYS[2]  primary: which process keeps the data
  ARGV[1]  node
  ARGV[2]  process
  ARGV[3]  how long a lease holds, milliseconds
  ARGV[4]  announcement

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
local isOwn = before and before.process == ARGV[2] and time < before.deadline
local incarnation = isOwn and before.incarnation
  or math.max((before and before.incarnation or 0) + 1, time)
writeLease(KEYS[1], ARGV[1], {
  incarnation = incarnation,
  renewedAt = time,
  deadline = time + tonumber(ARGV[3]),
  process = ARGV[2],
  announcement = ARGV[4],
})
return { incarnation, notice(KEYS[2], time) }
