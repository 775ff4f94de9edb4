#!lua flags=no-writes
--[[
  The records after a place that the room has: a record, or the snapshot's cursor.

  KEYS[1]  journal stream
  KEYS[2]  snapshot
  ARGV[1]  cursor

  Output: the entries after it; nil where the room has no such place
]]
local isSnapshot = redis.call("HGET", KEYS[2], "cursor") == ARGV[1]
local there = redis.call("XRANGE", KEYS[1], ARGV[1], ARGV[1])
local isRecord = #there == 1 and there[1][2][1] ~= "claim"
if not isSnapshot and not isRecord then
  return nil
end
return redis.call("XRANGE", KEYS[1], "(" .. ARGV[1], "+")
