-- Moves a command forward, never backwards, and fills in hops that were not known yet.
-- KEYS command, pending, device stream, last acks, spent
-- ARGV device, state, reason as JSON, at ms, '1' when a board's ack says so, ms to keep a final one,
--      ms to keep a failed one, published us, received us, on us, off us ('' = not known)
-- Returns 'moved', 'kept', 'unknown' or 'foreign', and the state it is in.
local RANK = {queued = 0, sent = 1, accepted = 2, started = 3, failed = 4,
  rejected = 5, expired = 5, aborted = 5, done = 5}
local now = redis.call('HMGET', KEYS[1], 'id', 'workspace_id', 'device_id', 'head', 'state', 'reason', unpack(HOPS))
local command, state, reason, hops = {unpack(now, 1, 4)}, now[5], now[6], {unpack(now, 7)}
if not state then return {'unknown', ''} end
if command[3] ~= ARGV[1] then return {'foreign', state} end
local acked = ARGV[5] == '1'
if acked then redis.call('HSET', KEYS[4], ARGV[1], ARGV[4]) end

local changes = {'at', ARGV[4]}
local function change(name, value)
  changes[#changes + 1] = name
  changes[#changes + 1] = value
end
local published = ARGV[8] ~= '' and not hops[3]
for i = 3, #HOPS do
  local time = ARGV[5 + i]
  if time ~= '' and not hops[i] then
    hops[i] = time
    change(HOPS[i], time)
  end
end

local from, to = RANK[state], RANK[ARGV[2]]
local left = state
local moved = to > from and (state ~= 'failed' or acked)
local final = moved and to >= RANK.failed
if moved then
  state, reason = ARGV[2], ARGV[3]
  change('state', state)
  change('reason', reason)
end
if #changes > 2 then
  redis.call('HSET', KEYS[1], unpack(changes))
  if final then
    redis.call('ZREM', KEYS[2], command[1])
    redis.call('PEXPIRE', KEYS[1], state == 'failed' and ARGV[7] or ARGV[6])
    -- The hub says so of what never left: it has cost nothing.
    if not acked and not hops[3] and (state ~= 'failed' or reason == '"device_offline"') then
      local cost = redis.call('HGET', KEYS[1], 'cost')
      if cost then redis.call('ZREM', KEYS[5], cost) end
    end
  end
  sw_publish(KEYS[3], final and 'command_done' or published and 'command_sent' or 'command_changed',
    command, hops, state, reason, ARGV[4], moved and left)
end
return {moved and 'moved' or 'kept', state}
