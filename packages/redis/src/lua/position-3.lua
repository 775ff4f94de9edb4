#!lua flags=no-writes
--[[
  How far a room has got.

  KEYS[1]  owner's record
  KEYS[2]  journal stream
  KEYS[3]  snapshot

  Output: { epoch, sequence number, 1 where the last record got the number that its writer expected,
            epoch of the last removal }; noughts for an absent room
]]
-- @include cursor
-- @include records

local epoch, seq, last = position(KEYS[2], KEYS[3])
local expected = last and field(last, "n")
local intact = (not expected or tonumber(expected) == seq) and 1 or 0
return { epoch, seq, intact, tonumber(redis.call("HGET", KEYS[1], "removed") or 0) }
