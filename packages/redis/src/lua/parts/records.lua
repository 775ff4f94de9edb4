-- The last entry of a stream that is a record and not the mark of a claim; nil where there is none.
local function lastRecord(stream)
  local from = "+"
  while true do
    local entries = redis.call("XREVRANGE", stream, from, "-", "COUNT", 8)
    for _, entry in ipairs(entries) do
      if entry[2][1] ~= "claim" then
        return entry
      end
      from = "(" .. entry[1]
    end
    if #entries < 8 then
      return nil
    end
  end
end

-- Where the room has got to: its last record, or the snapshot where none is after it.
local function position(stream, snapshot)
  local epoch, seq = parse(redis.call("HGET", snapshot, "cursor"))
  local record = lastRecord(stream)
  if record then
    local recordEpoch, recordSeq = parse(record[1])
    if isAfter(recordEpoch, recordSeq, epoch, seq) then
      return recordEpoch, recordSeq, record
    end
  end
  return epoch, seq, nil
end

-- The value of a field of an entry; nil where it has none.
local function field(entry, name)
  for index = 1, #entry[2], 2 do
    if entry[2][index] == name then
      return entry[2][index + 1]
    end
  end
  return nil
end
