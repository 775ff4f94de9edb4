#!lua flags=allow-oom
--[[
  Notes that this server process has been known for long, so that claims do not wait.

  KEYS[1]  primary: which process keeps the data

  Output: 1
]]
-- @include primary

notice(KEYS[1], 0)
return 1
