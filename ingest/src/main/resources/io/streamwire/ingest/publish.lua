-- Publishes the events of one frame, each once, and keeps the livestream's state with them.
-- KEYS stream, seen (new), seen (old), seen (oldest), state
-- ARGV workspace id, livestream id, frame us, ms to remember, ids of a generation, ms to keep the state,
--      number of events, trace ('' = the event's id), per event: key, id, type, body; then per change of the state: field, value ('' forgets it).
-- Returns how many were new. Safe to repeat: what was published is in one of the seen sets.
if sw_full(KEYS[1]) then return sw_refuse() end
local published = 0
local events = tonumber(ARGV[7])
local trace = ARGV[8]
local at = 9
for _ = 1, events do
  local key = ARGV[at]
  local seen = redis.call('SISMEMBER', KEYS[2], key) == 1
    or redis.call('SISMEMBER', KEYS[3], key) == 1
    or redis.call('SISMEMBER', KEYS[4], key) == 1
  if not seen then
    redis.call('XADD', KEYS[1], '*', 'type', ARGV[at + 2], 'id', ARGV[at + 1], 'workspace_id', ARGV[1],
      'livestream_id', ARGV[2], 'frame_us', ARGV[3], 'trace', trace, 'body', ARGV[at + 3])
    redis.call('SADD', KEYS[2], key)
    published = published + 1
  end
  at = at + 4
end
if published > 0 then
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  if redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[5]) then
    if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[4]) end
    redis.call('RENAME', KEYS[2], KEYS[3])
  end
end
local changed = at <= #ARGV
while at <= #ARGV do
  if ARGV[at + 1] == '' then
    redis.call('HDEL', KEYS[5], ARGV[at])
  else
    redis.call('HSET', KEYS[5], ARGV[at], ARGV[at + 1])
  end
  at = at + 2
end
if changed then redis.call('PEXPIRE', KEYS[5], ARGV[6]) end
return published
