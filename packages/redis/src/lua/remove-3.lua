#!lua flags=allow-oom
--[[
  Removes a room. What remains is the epoch under which it was removed, which fences, and tells
  copies elsewhere that they are of a past life.

  KEYS[1]  owner's record
  KEYS[2]  journal stream
  KEYS[3]  snapshot
  ARGV[1]  epoch of the home
  ARGV[2]  how long a removal is remembered where nobody has claimed the room, milliseconds

  Output: { "removed" } { "absent" } { "fenced", the epoch that fences }
]]
-- @include cursor
-- @include fence

local highest = fence(KEYS[1], KEYS[2], KEYS[3])
if tonumber(ARGV[1]) < highest then
  return { "fenced", highest }
end
if redis.call("DEL", KEYS[2], KEYS[3]) == 0 then
  return { "absent" }
end
redis.call("HSET", KEYS[1], "removed", ARGV[1])
if redis.call("HEXISTS", KEYS[1], "epoch") == 0 then
  redis.call("PEXPIRE", KEYS[1], ARGV[2])
end
return { "removed" }
