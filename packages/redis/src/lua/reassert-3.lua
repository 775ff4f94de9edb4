#!lua flags=allow-oom
--[[
  Puts a home's own claim back under the same epoch, where this server has lost it or names an
  earlier incarnation of the node; unless somebody has claimed the room since.

  KEYS[1]  owner's record
  KEYS[2]  journal stream
  KEYS[3]  snapshot
  ARGV[1]  node
  ARGV[2]  incarnation
  ARGV[3]  epoch
  ARGV[4]  state

  Output: { 1 where it is claimed, else 0; node, incarnation, epoch, state of the newest claim }
]]
-- @include cursor
-- @include fence

local stored = redis.call("HMGET", KEYS[1], "node", "incarnation", "epoch", "state")
local storedEpoch = tonumber(stored[3] or 0)
local epoch = tonumber(ARGV[3])
local isOwn = storedEpoch == epoch
  and stored[1] == ARGV[1]
  and tonumber(stored[2]) <= tonumber(ARGV[2])
if storedEpoch >= epoch and not isOwn then
  return { 0, stored[1], tonumber(stored[2]), storedEpoch, stored[4] }
end

local highest = fence(KEYS[1], KEYS[2], KEYS[3])
redis.call(
  "HSET", KEYS[1],
  "node", ARGV[1],
  "incarnation", ARGV[2],
  "epoch", ARGV[3],
  "state", ARGV[4]
)
redis.call("PERSIST", KEYS[1])
if highest < epoch then
  mark(KEYS[2], epoch, ARGV[1])
end
return { 1, ARGV[1], tonumber(ARGV[2]), epoch, ARGV[4] }
