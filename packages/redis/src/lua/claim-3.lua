#!lua flags=allow-oom
--[[
  Makes a node home to a room, unless somebody has claimed it since the claim that is succeeded.
  Fences whoever was home before: the stream, where there is one, is marked with the new epoch, and
  where there is none an append comes to append-3.lua, which asks the owner's record.

  KEYS[1]  owner's record
  KEYS[2]  journal stream
  KEYS[3]  snapshot
  ARGV[1]  node
  ARGV[2]  incarnation
  ARGV[3]  epoch of the claim that is succeeded, 0 for none
  ARGV[4]  incarnation of that claim

  Output: { 1 where it is claimed, else 0; node, incarnation, epoch, state of the newest claim }
]]
-- @include clock
-- @include cursor
-- @include fence

local stored = redis.call("HMGET", KEYS[1], "node", "incarnation", "epoch", "state")
local storedEpoch = tonumber(stored[3] or 0)
local previous = tonumber(ARGV[3])
-- Where the stored claim is older than the one that is succeeded, this server has lost that one.
local isNewer = storedEpoch > previous
  or (storedEpoch == previous and storedEpoch > 0 and stored[2] ~= ARGV[4])
if isNewer then
  return { 0, stored[1], tonumber(stored[2]), storedEpoch, stored[4] }
end

local epoch = math.max(math.max(previous, fence(KEYS[1], KEYS[2], KEYS[3])) + 1, now())
redis.call(
  "HSET", KEYS[1],
  "node", ARGV[1],
  "incarnation", ARGV[2],
  "epoch", string.format("%.0f", epoch),
  "state", "held"
)
redis.call("PERSIST", KEYS[1])
mark(KEYS[2], epoch, ARGV[1])
return { 1, ARGV[1], tonumber(ARGV[2]), epoch, "held" }
