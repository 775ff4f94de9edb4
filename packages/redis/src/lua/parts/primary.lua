-- Which process keeps the data, and for how long that is known: noticed by the first who asks
-- after a restart, a failover, or after the data was emptied.
local function notice(primary, time)
  local process = string.match(redis.call("INFO", "server"), "run_id:(%w+)")
  local known = redis.call("HMGET", primary, "process", "since")
  local since = tonumber(known[2] or 0)
  if known[1] ~= process then
    since = time
    redis.call("HSET", primary, "process", process, "since", string.format("%.0f", since))
  end
  return string.format("%s@%.0f", process, since), time - since
end
