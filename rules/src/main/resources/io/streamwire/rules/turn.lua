-- Whose turn it is in a rule's queue.
--
-- KEYS  1 turns, 2 counts, 3 what each viewer's waiting keys begin with, 4 decisions, 5 delayed
-- ARGV  1 rule id, 2 workspace id, 3 now (ms since the epoch), 4 longest wait (ms; -1 = nobody waits any longer)
-- Answers viewer and what the turn is made of, or nothing when nobody waits.

if sw_full(KEYS[4]) then
  return sw_refuse()
end

local turns, counts, waiting = KEYS[1], KEYS[2], KEYS[3]

local function left(viewer)
  redis.call('HINCRBY', counts, '', -1)
  if redis.call('HINCRBY', counts, viewer, -1) <= 0 then
    redis.call('HDEL', counts, viewer)
    redis.call('LREM', turns, 1, viewer)
  end
end

while true do
  local viewer = redis.call('LINDEX', turns, 0)
  if not viewer then
    redis.call('DEL', counts)
    redis.call('ZREM', KEYS[5], cjson.encode({ARGV[1], ARGV[2], '', '', 'turn', '', ''}))
    return {}
  end
  local item = redis.call('LINDEX', waiting .. viewer, 0)
  if item then
    local event, decision, head, _, at, again = unpack(cjson.decode(item))
    if tonumber(ARGV[4]) >= 0 and at + ARGV[4] >= tonumber(ARGV[3]) then
      return {viewer, again}
    end
    local before, queued = string.match(head, '^(.*"at":)(%d+)$')
    local ended = string.format('%.0f', math.max(ARGV[3], queued + 1))
    redis.call('LPOP', waiting .. viewer)
    redis.call('XADD', KEYS[4], '*', 'type', 'decision', 'id', decision, 'workspace_id', ARGV[2],
      'event_id', event, 'rule_id', ARGV[1], 'outcome', 'queue_expired',
      'body', before .. ended .. ',"outcome":"queue_expired","action_ids":[]}')
    left(viewer)
  else
    redis.call('LREM', turns, 1, viewer)
  end
end
