-- Moves a command forward, never backwards, and fills in hops that were not known yet.
-- KEYS command, pending, device stream, last acks
-- ARGV device, state, reason as JSON, at ms, '1' when a board's ack says so, ms to keep a final one,
--      ms to keep a failed one, published us, received us, on us, off us ('' = not known)
-- Returns 'moved', 'kept', 'unknown' or 'foreign', and the state it is in.
local RANK = {queued = 0, sent = 1, accepted = 2, started = 3, failed = 4,
  rejected = 5, expired = 5, aborted = 5, done = 5}
local now = redis.call('HMGET', KEYS[1], 'device_id', 'state', 'id')
if not now[1] then return {'unknown', ''} end
if now[1] ~= ARGV[1] then return {'foreign', now[2]} end
local acked = ARGV[5] == '1'
if acked then redis.call('HSET', KEYS[4], ARGV[1], ARGV[4]) end

local news = false
local published = false
for i, name in ipairs({'published', 'received', 'on', 'off'}) do
  local time = ARGV[7 + i]
  if time ~= '' and redis.call('HSETNX', KEYS[1], name, time) == 1 then
    news = true
    published = published or name == 'published'
  end
end

local from, to = RANK[now[2]], RANK[ARGV[2]]
local moved = to > from and (now[2] ~= 'failed' or acked)
if moved then
  redis.call('HSET', KEYS[1], 'state', ARGV[2], 'reason', ARGV[3])
  if to >= RANK.failed then
    redis.call('ZREM', KEYS[2], now[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[2] == 'failed' and ARGV[7] or ARGV[6])
  end
end
if moved and to >= RANK.failed then
  sw_publish(KEYS[1], KEYS[3], 'command_done', ARGV[4])
elseif moved or news then
  sw_publish(KEYS[1], KEYS[3], published and 'command_sent' or 'command_changed', ARGV[4])
end
return {moved and 'moved' or 'kept', moved and ARGV[2] or now[2]}
