#!lua flags=allow-oom
--[[
  Puts a snapshot in the place of the records up to and including its cursor, unless a later one is
  stored. A stream that holds nothing but the marks of claims is dropped: the fence is in the record
  and in the snapshot as well.

  KEYS[1]  owner's record
  KEYS[2]  journal stream
  KEYS[3]  snapshot
  ARGV[1]  epoch of the home
  ARGV[2]  node of the home
  ARGV[3]  cursor
  ARGV[4]  the snapshot

  Output: { "stored" } { "older" } { "absent" } { "beyond" } { "fenced", the epoch that fences }
]]
-- @include cursor
-- @include records
-- @include fence

local epoch = tonumber(ARGV[1])
local lastEpoch, lastSeq, last = position(KEYS[2], KEYS[3])
if lastEpoch == 0 then
  return { "absent" }
end
local highest = fence(KEYS[1], KEYS[2], KEYS[3])
if epoch < highest then
  return { "fenced", highest }
end
local upToEpoch, upToSeq = parse(ARGV[3])
if isAfter(upToEpoch, upToSeq, lastEpoch, lastSeq) then
  return { "beyond" }
end
local snapshotEpoch, snapshotSeq = parse(redis.call("HGET", KEYS[3], "cursor"))
if isAfter(snapshotEpoch, snapshotSeq, upToEpoch, upToSeq) then
  return { "older" }
end

local at = last and field(last, "t") or redis.call("HGET", KEYS[3], "at")
redis.call("HSET", KEYS[3], "data", ARGV[4], "cursor", ARGV[3], "epoch", ARGV[1], "at", at)
if isAfter(lastEpoch, lastSeq, upToEpoch, upToSeq) then
  redis.call("XTRIM", KEYS[2], "MINID", format(upToEpoch, upToSeq + 1))
  if highest < epoch then
    mark(KEYS[2], epoch, ARGV[2])
  end
else
  redis.call("DEL", KEYS[2])
end
return { "stored" }
