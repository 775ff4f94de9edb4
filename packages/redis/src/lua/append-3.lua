#!lua
--[[
  The first append of a home, or the first after the stream was dropped. Those after it are a plain
  XADD NOMKSTREAM <epoch>-*, which Redis refuses once a higher epoch has marked the stream.

  KEYS[1]  owner's record
  KEYS[2]  journal stream
  KEYS[3]  snapshot
  ARGV[1]  epoch
  ARGV[2..] fields and values of the record

  Output: { 1, its id }
          { 0, the epoch that fences }
]]
-- @include cursor
-- @include records
-- @include fence

local epoch = tonumber(ARGV[1])
local highest = fence(KEYS[1], KEYS[2], KEYS[3])
if epoch < highest then
  return { 0, highest }
end
local _, seq = position(KEYS[2], KEYS[3])
redis.call("PERSIST", KEYS[1])
return { 1, redis.call("XADD", KEYS[2], format(epoch, seq + 1), unpack(ARGV, 2)) }
