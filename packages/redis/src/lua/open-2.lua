#!lua flags=no-writes
--[[
  Everything that a room holds, at one moment.

  KEYS[1]  journal stream
  KEYS[2]  snapshot

  Output: { the entries of the stream, { data or nil, cursor or nil } }
]]
return {
  redis.call("XRANGE", KEYS[1], "-", "+"),
  redis.call("HMGET", KEYS[2], "data", "cursor"),
}
