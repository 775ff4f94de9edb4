-- The two numbers of "<epoch>-<seq>"; nought and nought where there is none.
local function parse(cursor)
  local epoch, seq = string.match(cursor or "", "^(%d+)-(%d+)$")
  return tonumber(epoch or 0), tonumber(seq or 0)
end

local function format(epoch, seq)
  return string.format("%.0f-%.0f", epoch, seq)
end

-- Whether the first cursor is after the second.
local function isAfter(epoch, seq, otherEpoch, otherSeq)
  return epoch > otherEpoch or (epoch == otherEpoch and seq > otherSeq)
end
