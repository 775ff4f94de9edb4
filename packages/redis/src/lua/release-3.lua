#!lua flags=allow-oom
--[[
  Gives a room up, and keeps the record as its last home. A room that holds nothing is forgotten
  after a while, so that rooms that were only looked at leave nothing for ever.

  KEYS[1]  owner's record
  KEYS[2]  journal stream
  KEYS[3]  snapshot
  ARGV[1]  epoch of the claim that is given up
  ARGV[2]  how long an empty room is remembered, milliseconds

  Output: 1 where it was held under this epoch, else 0
]]
local stored = redis.call("HMGET", KEYS[1], "epoch", "state")
if stored[1] ~= ARGV[1] or stored[2] ~= "held" then
  return 0
end
redis.call("HSET", KEYS[1], "state", "released")
if redis.call("EXISTS", KEYS[2], KEYS[3]) == 0 then
  redis.call("PEXPIRE", KEYS[1], ARGV[2])
end
return 1
