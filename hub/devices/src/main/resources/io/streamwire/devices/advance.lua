-- Moves commands forward, never backwards, and fills in hops that were not known yet.
-- KEYS pending, device stream, last acks, spent, and for each command: itself, unfinished of its device, failed of its device
-- ARGV ms to keep a final one, ms to keep a failed one, most failed ones of a device, and for each command: device, state, reason as JSON, at ms,
--      '1' when a board's ack says so, published us, received us, on us, off us ('' = not known)
-- Returns for each command 'moved', 'kept', 'unknown' or 'foreign', and the state it is in.
local RANK = {queued = 0, sent = 1, accepted = 2, started = 3, failed = 4,
  rejected = 5, expired = 5, aborted = 5, done = 5}
local PENDING, STREAM, LAST_ACKS, SPENT = unpack(KEYS, 1, 4)

-- A failed one stays long enough to be corrected, but the oldest ones make room.
local function keep_failed(key, failed, id, at)
  redis.call('PEXPIRE', key, ARGV[2])
  redis.call('ZADD', failed, at, id)
  redis.call('PEXPIRE', failed, ARGV[2])
  local over = redis.call('ZCARD', failed) - tonumber(ARGV[3])
  if over <= 0 then return end
  local all = string.sub(key, 1, -#id - 1)
  local oldest = redis.call('ZPOPMIN', failed, over)
  for i = 1, #oldest, 2 do redis.call('PEXPIRE', all .. oldest[i], ARGV[1]) end
end

local function advance(key, unfinished, failed, device, to_state, to_reason, at, acked, ...)
  local now = redis.call('HMGET', key, 'id', 'workspace_id', 'device_id', 'head', 'state', 'reason', unpack(HOPS))
  local command, state, reason, hops = {unpack(now, 1, 4)}, now[5], now[6], {unpack(now, 7)}
  if not state then return 'unknown', '' end
  if command[3] ~= device then return 'foreign', state end
  if acked then redis.call('HSET', LAST_ACKS, device, at) end

  local changes = {'at', at}
  local function change(name, value)
    changes[#changes + 1] = name
    changes[#changes + 1] = value
  end
  local published = select(1, ...) ~= '' and not hops[3]
  for i = 3, #HOPS do
    local time = select(i - 2, ...)
    if time ~= '' and not hops[i] then
      hops[i] = time
      change(HOPS[i], time)
    end
  end

  local from, to = RANK[state], RANK[to_state]
  local left = state
  local moved = to > from and (state ~= 'failed' or acked)
  local final = moved and to >= RANK.failed
  if moved then
    state, reason = to_state, to_reason
    change('state', state)
    change('reason', reason)
  end
  if #changes > 2 then
    redis.call('HSET', key, unpack(changes))
    if final then
      redis.call('ZREM', PENDING, command[1])
      redis.call('ZREM', unfinished, command[1])
      if state == 'failed' then
        keep_failed(key, failed, command[1], at)
      else
        redis.call('PEXPIRE', key, ARGV[1])
        if left == 'failed' then redis.call('ZREM', failed, command[1]) end
      end
      -- The hub says so of what never left: it has cost nothing.
      if not acked and not hops[3] and (state ~= 'failed' or reason == '"device_offline"') then
        local cost = redis.call('HGET', key, 'cost')
        if cost then redis.call('ZREM', SPENT, cost) end
      end
    end
    sw_publish(STREAM, final and 'command_done' or published and 'command_sent' or 'command_changed',
      command, hops, state, reason, at, moved and left)
  end
  return moved and 'moved' or 'kept', state
end

local answer = {}
for i = 5, #KEYS, 3 do
  local first = 4 + (i - 5) * 3
  local device, state, reason, at, acked = unpack(ARGV, first, first + 4)
  answer[#answer + 1], answer[#answer + 2] =
    advance(KEYS[i], KEYS[i + 1], KEYS[i + 2], device, state, reason, at, acked == '1', unpack(ARGV, first + 5, first + 8))
end
return answer
