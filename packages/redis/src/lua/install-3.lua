#!lua
--[[
  Makes a room consist of one snapshot alone, whatever it was before.

  KEYS[1]  owner's record
  KEYS[2]  journal stream
  KEYS[3]  snapshot
  ARGV[1]  epoch of the home
  ARGV[2]  cursor
  ARGV[3]  the snapshot
  ARGV[4]  time, by the writer's clock
  ARGV[5]  what the room's cursor must be, "0-0" for an absent room; "" where that does not matter

  Output: { "stored" } { "changed" } { "fenced", the epoch that fences }
]]
-- @include cursor
-- @include records
-- @include fence

local highest = fence(KEYS[1], KEYS[2], KEYS[3])
if tonumber(ARGV[1]) < highest then
  return { "fenced", highest }
end
if ARGV[5] ~= "" and format(position(KEYS[2], KEYS[3])) ~= ARGV[5] then
  return { "changed" }
end
redis.call("DEL", KEYS[2])
redis.call("PERSIST", KEYS[1])
redis.call(
  "HSET", KEYS[3],
  "data", ARGV[3],
  "cursor", ARGV[2],
  "epoch", ARGV[1],
  "at", ARGV[4]
)
return { "stored" }
