#!lua flags=allow-oom
--[[
  Begins a new incarnation of a node, unless another process of it lives under a later one than the
  caller knows of; a process whose lease holds keeps the one that it has. Nodes that died more than
  an hour ago are forgotten.

  KEYS[1]  nodes: the leases
  KEYS[2]  primary: which process keeps the data
  ARGV[1]  node
  ARGV[2]  process
  ARGV[3]  the last incarnation that the caller knows of, 0 for none
  ARGV[4]  how long a lease holds, milliseconds
  ARGV[5]  announcement

  Output: { "registered", incarnation, primary, milliseconds since it was noticed }
          { "taken", the later incarnation }
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

local known = tonumber(ARGV[3])
local before = readLease(KEYS[1], ARGV[1])
local lives = before and time < before.deadline
local isOwn = lives and before.process == ARGV[2]
if lives and not isOwn and before.incarnation > known then
  return { "taken", before.incarnation }
end

-- Where its own is older than what it knows of, this server has lost that one.
local incarnation = isOwn and before.incarnation >= known and before.incarnation
  or math.max(math.max(before and before.incarnation or 0, known) + 1, time)
writeLease(KEYS[1], ARGV[1], {
  incarnation = incarnation,
  renewedAt = time,
  deadline = time + tonumber(ARGV[4]),
  process = ARGV[2],
  announcement = ARGV[5],
})
return { "registered", incarnation, notice(KEYS[2], time) }
