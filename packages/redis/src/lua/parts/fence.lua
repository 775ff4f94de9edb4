-- The highest epoch that has claimed the room, written to it, compacted or removed it. It is kept
-- wherever the room has left anything: in the owner's record, the stream and the snapshot.
local function fence(owner, stream, snapshot)
  local highest = 0
  for _, epoch in ipairs(redis.call("HMGET", owner, "epoch", "removed")) do
    highest = math.max(highest, tonumber(epoch or 0))
  end
  highest = math.max(highest, tonumber(redis.call("HGET", snapshot, "epoch") or 0))
  if redis.call("EXISTS", stream) == 1 then
    local info = redis.call("XINFO", "STREAM", stream)
    for index = 1, #info, 2 do
      if info[index] == "last-generated-id" then
        highest = math.max(highest, (parse(info[index + 1])))
      end
    end
  end
  return highest
end

-- Marks the stream with an epoch, where there is one, so that Redis itself refuses lower ones.
local function mark(stream, epoch, by)
  if redis.call("EXISTS", stream) == 1 then
    redis.call("XADD", stream, format(epoch, 0), "claim", by)
  end
end
