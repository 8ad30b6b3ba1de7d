-- What the rules that an event set off do about it: cooldowns, decisions and actions in one step.
--
-- KEYS  1 decisions, 2 actions, 3 epochs, 4 delayed, then the gates of each rule
-- ARGV  1 workspace id, 2 event id, 3 decided (us since the epoch), 4 why nothing may fire or '',
--       5 most delayed actions, then per rule:
--         decision id, rule id, beginning of the decision's body, its action ids as JSON,
--         condition that does not hold or '', number of gates, and per gate:
--           outcome when it is closed, ms, uses (0 = a cooldown),
--         number of actions, and per action:
--           id, device id, due (ms since the epoch, 0 = now), body up to the epoch, body after it
-- Answers outcome and remaining ms of every rule, one after the other.

if sw_full(KEYS[1]) or sw_full(KEYS[2]) then
  return sw_refuse()
end

local workspace, event, decided, refusal = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local room = tonumber(ARGV[5]) - redis.call('ZCARD', KEYS[4])

-- How long a gate is closed, ms. A cooldown's value is the length it was taken with, so that a shorter one
-- counts at once; that of a limit is how often it was used.
local function closed(key, ms, uses)
  local left = redis.call('PTTL', key)
  if left < 0 then
    return 0
  end
  local value = tonumber(redis.call('GET', key))
  if uses > 0 then
    return value >= uses and math.max(math.min(left, ms), 1) or 0
  end
  return math.max(ms - (value - left), 0)
end

local function take(key, ms, uses)
  if uses == 0 then
    redis.call('SET', key, string.format('%.0f', ms), 'PX', string.format('%.0f', ms))
  elseif redis.call('INCR', key) == 1 then
    redis.call('PEXPIRE', key, string.format('%.0f', ms))
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
  local decision, rule, head, action_ids, unmet = unpack(ARGV, argument, argument + 4)
  local gates = {}
  argument = argument + 6
  for _ = 1, tonumber(ARGV[argument - 1]) do
    local closed_is, ms, uses = unpack(ARGV, argument, argument + 2)
    gates[#gates + 1] = {KEYS[key], closed_is, tonumber(ms), tonumber(uses)}
    argument, key = argument + 3, key + 1
  end
  local actions = tonumber(ARGV[argument])
  local first = argument + 1
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
    for _, gate in ipairs(gates) do
      left = closed(gate[1], gate[3], gate[4])
      if left > 0 then
        outcome = gate[2]
        break
      end
    end
  end

  local tail
  if outcome == 'fired' then
    for _, gate in ipairs(gates) do
      take(gate[1], gate[3], gate[4])
    end
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
end
return answer
