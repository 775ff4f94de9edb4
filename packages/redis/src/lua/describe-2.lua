#!lua flags=no-writes
--[[
  What there is to know of a room without reading it.

  KEYS[1]  journal stream
  KEYS[2]  snapshot

  Output: { epoch, sequence number, bytes, time of the last append }; nil for an absent room
]]
-- @include cursor
-- @include records

local epoch, seq, last = position(KEYS[1], KEYS[2])
if epoch == 0 then
  return nil
end
local bytes = redis.call("HSTRLEN", KEYS[2], "data")
for _, entry in ipairs(redis.call("XRANGE", KEYS[1], "-", "+")) do
  bytes = bytes + tonumber(field(entry, "b") or 0)
end
local at = last and field(last, "t") or redis.call("HGET", KEYS[2], "at")
return { epoch, seq, bytes, tonumber(at) }
