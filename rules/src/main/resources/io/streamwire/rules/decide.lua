-- What the rules that an event set off do about it: cooldowns, decisions and actions in one step.
--
-- KEYS  1 decisions, 2 actions, 3 epochs, 4 delayed, then per rule: global cooldown, viewer's cooldown
-- ARGV  1 workspace id, 2 event id, 3 decided (us since the epoch), 4 why nothing may fire or '',
--       5 most delayed actions, then per rule:
--         decision id, rule id, beginning of the decision's body, its action ids as JSON,
--         global cooldown (ms), viewer's cooldown (ms), condition that does not hold or '', number of actions, and per action:
--           id, device id, due (ms since the epoch, 0 = now), body up to the epoch, body after it
-- Answers outcome and remaining ms of every rule, one after the other.

if sw_full(KEYS[1]) or sw_full(KEYS[2]) then
  return sw_refuse()
end

local workspace, event, decided, refusal = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local room = tonumber(ARGV[5]) - redis.call('ZCARD', KEYS[4])

-- A cooldown's value is the length it was taken with, so that a shorter one counts at once.
local function remaining(key, length)
  if length == 0 then
    return 0
  end
  local left = redis.call('PTTL', key)
  if left < 0 then
    return 0
  end
  local elapsed = tonumber(redis.call('GET', key)) - left
  return math.max(length - elapsed, 0)
end

local function take(key, length)
  if length > 0 then
    redis.call('SET', key, string.format('%.0f', length), 'PX', string.format('%.0f', length))
  end
end

local workspace_epoch = tonumber(redis.call('HGET', KEYS[3], workspace) or 0)

local function epoch(device)
  local own = tonumber(redis.call('HGET', KEYS[3], device) or 0)
  return string.format('%.0f', math.max(workspace_epoch, own, 0))
end

local function act(id, device, due, head, tail)
  local in_force = epoch(device)
  local body = head .. in_force .. tail
  if due == '0' then
    redis.call('XADD', KEYS[2], '*', 'type', 'action_triggered', 'id', id, 'workspace_id', workspace,
      'event_id', event, 'device_id', device, 'epoch', in_force, 'decided_us', decided, 'body', body)
  else
    redis.call('ZADD', KEYS[4], due,
      cjson.encode({id, workspace, event, device, in_force, decided, body}))
  end
end

local answer = {}
local argument = 6
local key = 5
while argument <= #ARGV do
  local decision, rule, head, action_ids = unpack(ARGV, argument, argument + 3)
  local global_length, viewer_length = tonumber(ARGV[argument + 4]), tonumber(ARGV[argument + 5])
  local unmet, actions = ARGV[argument + 6], tonumber(ARGV[argument + 7])
  local first = argument + 8
  argument = first + 5 * actions

  local delayed = 0
  for i = first, argument - 1, 5 do
    if ARGV[i + 2] ~= '0' then
      delayed = delayed + 1
    end
  end

  local outcome, left = 'fired', 0
  if refusal ~= '' then
    outcome = refusal
  elseif unmet ~= '' then
    outcome = unmet
  elseif delayed > room then
    outcome = 'delays_full'
  else
    left = remaining(KEYS[key], global_length)
    if left > 0 then
      outcome = 'cooldown_global'
    else
      left = remaining(KEYS[key + 1], viewer_length)
      if left > 0 then
        outcome = 'cooldown_viewer'
      end
    end
  end

  local tail
  if outcome == 'fired' then
    take(KEYS[key], global_length)
    take(KEYS[key + 1], viewer_length)
    room = room - delayed
    for i = first, argument - 1, 5 do
      act(unpack(ARGV, i, i + 4))
    end
    tail = ',"outcome":"fired","action_ids":' .. action_ids .. '}'
  elseif left > 0 then
    tail = ',"outcome":"' .. outcome .. '","remaining_ms":' .. string.format('%.0f', left) .. ',"action_ids":[]}'
  else
    tail = ',"outcome":"' .. outcome .. '","action_ids":[]}'
  end
  redis.call('XADD', KEYS[1], '*', 'type', 'decision', 'id', decision, 'workspace_id', workspace,
    'event_id', event, 'rule_id', rule, 'outcome', outcome, 'body', head .. tail)

  answer[#answer + 1] = outcome
  answer[#answer + 1] = string.format('%.0f', left)
  key = key + 2
end
return answer
