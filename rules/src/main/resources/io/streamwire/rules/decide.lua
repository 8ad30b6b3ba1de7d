-- What the rules that an event set off do about it: cooldowns, crowds, decisions and actions in one step.
-- Every time is an argument, so that the same calls give the same answers: live, in a dry run and in a replay.
--
-- KEYS  1 decisions, 2 actions, 3 epochs, 4 delayed, 5 resets, 6 arming, 7 devices of the workspace that
--       are online, then of each rule its gates, its crowd's, and its queue: turns, counts,
--       and what each viewer's waiting keys begin with
-- ARGV  1 workspace id, 2 event id, 3 decided (us since the epoch), 4 why nothing may fire or '',
--       5 most delayed actions of the workspace, 6 when it happened (ms since the epoch), 7 'dry' = publish nothing, or '',
--       8 least ms to keep state, then per rule:
--         decision id, rule id, beginning of the decision's body, condition that does not hold or '',
--         devices that must be online,
--         number of gates, and per gate:
--           outcome when it is closed, ms, uses (0 = a cooldown),
--         kind of crowd or '', and unless '':
--           number of keys, outcome when it is not enough, what it needs, ms, number of parameters, the parameters,
--         queue: '' = none, 'queue' or 'replace' = wait in it when a cooldown of all holds, 'turn' = has waited in it;
--           and unless '': most that wait, longest wait (ms), viewer, and what a turn is made of again (JSON)
--         number of actions, and per action:
--           type, id, device id, '*' = whichever carry a tag, or '', due (ms since the epoch, 0 = now), choice that must have won or '',
--           body up to the epoch, body after it
-- Answers of every rule, one after the other: outcome, remaining ms, observed, needed, how many actions, the choice
-- that has won or ''.

local dry = ARGV[7] == 'dry'
if not dry and (sw_full(KEYS[1]) or sw_full(KEYS[2])) then
  return sw_refuse()
end

local workspace, event, decided, refusal = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, keep = tonumber(ARGV[6]), tonumber(ARGV[8])
-- How much of each workspace waits. What is large counts as several, since it takes the room of several.
local delayed_of = KEYS[4] .. ':of'
local room = dry and math.huge or tonumber(ARGV[5]) - tonumber(redis.call('HGET', delayed_of, workspace) or 0)

local function text(number)
  return string.format('%.0f', number)
end

local function size(bytes)
  return 1 + math.floor(bytes / 1024)
end

-- Lets something happen later; due.lua counts it off.
local function delay(due, what)
  local member = cjson.encode(what)
  if redis.call('ZADD', KEYS[4], due, member) == 1 then
    redis.call('HINCRBY', delayed_of, workspace, size(#member))
    room = room - size(#member)
  end
end

-- Events may come a little late, so that state outlives its own time.
local function expire(key, ms)
  redis.call('PEXPIRE', key, text(ms + keep))
end

-- How long a gate is closed, ms. A cooldown's value is when it was taken, that of a limit when its time began and
-- how often it was used.
local function closed(key, ms, uses, reset)
  local value = redis.call('GET', key)
  if not value then
    return 0
  end
  local from, used = string.match(value, '^(%d+):?(%d*)$')
  local left = math.min(from + ms - now, ms)
  if left <= 0 or tonumber(from) < reset or (uses > 0 and tonumber(used) < uses) then
    return 0
  end
  return left
end

local function take(key, ms, uses, reset)
  local value = text(math.max(now, reset))
  if uses > 0 then
    local from, used = string.match(redis.call('GET', key) or '', '^(%d+):(%d+)$')
    if from and from + ms > now and tonumber(from) >= reset then
      value = from .. ':' .. text(used + 1)
    else
      value = value .. ':1'
    end
  end
  redis.call('SET', key, value, 'PX', text(ms + keep))
end

-- Crowds answer what they have, and which choice won ('' = there are none to choose from), or nil as long as nothing is
-- reached, and then why, if it is not the usual outcome. What was gathered is used up only when the rule fires.
local crowds = {}

local function begins_anew(key, ms)
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
  return first and first + ms <= now
end

-- What has ended is shown once more by standing.lua, and then nobody needs it.
local function last_words(key)
  if dry then
    redis.call('UNLINK', key)
  else
    redis.call('PEXPIRE', key, 30000)
  end
end

-- Different viewers. Keys: viewers by time. Parameters: viewer, window.
function crowds.viewers(keys, needed, ms, viewer, window)
  local key = keys[1]
  if window == 'sliding' then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now - ms))
    redis.call('ZADD', key, 'GT', text(now), viewer)
  else
    if begins_anew(key, ms) then
      redis.call('DEL', key)
    end
    redis.call('ZADD', key, 'NX', text(now), viewer)
  end
  local seen = redis.call('ZCARD', key)
  if seen > needed then
    redis.call('ZREMRANGEBYRANK', key, 0, seen - needed - 1)
    seen = needed
  end
  expire(key, ms)
  return seen, seen >= needed and '' or nil
end

-- A sum. Key: a hash of it, and of the slots of a sliding window or the begin of a tumbling one. Parameters: amount,
-- window, ms of a slot. What leaves a sliding window leaves it by slots, of which there are few, however many events came.
function crowds.sum(keys, needed, ms, amount, window, width)
  local key = keys[1]
  if window == 'sliding' then
    local slot = math.floor(now / width)
    if redis.call('HEXISTS', key, text(slot)) == 0 then
      local oldest = slot - math.ceil(ms / width)
      local all = redis.call('HGETALL', key)
      for i = 1, #all, 2 do
        if all[i] ~= 'sum' and tonumber(all[i]) < oldest then
          redis.call('HDEL', key, all[i])
          redis.call('HINCRBY', key, 'sum', text(0 - all[i + 1]))
        end
      end
    end
    redis.call('HINCRBY', key, text(slot), amount)
  else
    local begin = tonumber(redis.call('HGET', key, 'begin'))
    if not begin or begin + ms <= now then
      redis.call('DEL', key)
      redis.call('HSET', key, 'begin', text(now))
    end
  end
  local sum = redis.call('HINCRBY', key, 'sum', amount)
  expire(key, ms)
  return sum, sum >= needed and '' or nil
end

-- So much of one viewer, again and again. Keys: the sum. Parameters: amount.
function crowds.every(keys, needed, ms, amount)
  local sum = redis.call('INCRBY', keys[1], amount)
  expire(keys[1], ms)
  return sum, sum >= needed and '' or nil
end

-- A tug-of-war. Keys: a hash of begin, lead and the weight of each choice ('c:'). Parameters: choice (1 or 2), weight.
function crowds.tug(keys, needed, ms, choice, weight)
  local key = keys[1]
  local begin = tonumber(redis.call('HGET', key, 'begin'))
  if not begin or begin + ms <= now then
    redis.call('DEL', key)
    redis.call('HSET', key, 'begin', text(now))
  end
  local by = choice == '1' and tonumber(weight) or 0 - weight
  local lead = redis.call('HINCRBY', key, 'lead', text(by))
  redis.call('HINCRBY', key, 'c:' .. choice, weight)
  expire(key, ms)
  local won
  if math.abs(lead) >= needed then
    won = lead > 0 and '1' or '2'
  end
  return math.abs(lead), won
end

-- A vote under way. Keys: begin and id of the vote, what the keys of votes begin with, that of the vote that begins if none
-- is under way. A vote is a hash of voters, the weight of each choice ('c:') and each viewer's vote ('v:'); its id is
-- that of the event that will end it, so that it stays as it is until then, whatever comes in between.
-- Parameters: choice, weight, viewer, 'replace' = a viewer has one vote, the last one; 'add' = every one counts,
-- then the end of the vote as an event: id, livestream id, body.
function crowds.vote(keys, _, ms, choice, weight, viewer, how, id, livestream, body)
  local begin, current = string.match(redis.call('GET', keys[1]) or '', '^(%d+) (.+)$')
  local begins = not begin or begin + ms <= now
  if begins then
    current = id
    redis.call('SET', keys[1], text(now) .. ' ' .. id)
    if not dry then
      local ends = now + ms
      delay(text(ends), {id, workspace, '', livestream, '', text(ends * 1000), body})
    end
  end
  local key, field = keys[2] .. current, 'v:' .. viewer
  local last = redis.call('HGET', key, field)
  if last and how == 'replace' then
    local chosen, weighed = string.match(last, '(%d+) (%d+)')
    redis.call('HINCRBY', key, 'c:' .. chosen, text(0 - weighed))
  end
  redis.call('HINCRBY', key, 'c:' .. choice, weight)
  redis.call('HSET', key, field, choice .. ' ' .. weight)
  if not last then
    redis.call('HINCRBY', key, 'voters', 1)
  end
  expire(keys[1], ms)
  expire(key, 2 * ms)
  return tonumber(redis.call('HGET', key, 'voters')), nil, begins and 'vote_begun' or 'vote_counted'
end

-- A vote that has ended. Keys: begin and id of the vote under way, the vote that ends. Parameters: how many choices, who
-- wins a tie: 'first', 'none' or a number at random.
function crowds.tally(keys, needed, _, choices, tie)
  local key = keys[2]
  local _, current = string.match(redis.call('GET', keys[1]) or '', '^(%d+) (.+)$')
  if current == event then
    redis.call('DEL', keys[1])
  end
  local voters = tonumber(redis.call('HGET', key, 'voters') or 0)
  local best, leaders = 0, {}
  for choice = 1, choices do
    local weight = tonumber(redis.call('HGET', key, 'c:' .. choice) or 0)
    if weight > best then
      best, leaders = weight, {}
    end
    if weight == best and best > 0 then
      leaders[#leaders + 1] = tostring(choice)
    end
  end
  last_words(key)
  if voters < needed or #leaders == 0 then
    return voters, nil
  end
  if #leaders > 1 and tie == 'none' then
    return voters, nil, 'vote_tie'
  end
  local at = (#leaders == 1 or tie == 'first') and 1 or 1 + tie % #leaders
  return voters, leaders[at]
end

local function used_up(kind, keys, needed)
  if kind == 'tally' then
    return -- is gone already
  end
  if kind == 'tug' then
    redis.call('RENAME', keys[1], keys[1] .. ':won')
    return last_words(keys[1] .. ':won')
  end
  if kind == 'every' then
    local sum = tonumber(redis.call('GET', keys[1]))
    redis.call('DECRBY', keys[1], text(sum - sum % needed))
  else
    redis.call('UNLINK', unpack(keys))
  end
end

local function record(decision, rule, of, outcome, head, left, observed, needed, ids)
  if dry then
    return
  end
  local tail = ',"outcome":"' .. outcome .. '"'
  if left > 0 then
    tail = tail .. ',"remaining_ms":' .. text(left)
  end
  if observed then
    tail = tail .. ',"observed":' .. text(observed) .. ',"needed":' .. text(needed)
  end
  tail = tail .. ',"action_ids":[' .. (#ids > 0 and '"' .. table.concat(ids, '","') .. '"' or '') .. ']}'
  redis.call('XADD', KEYS[1], '*', 'type', 'decision', 'id', decision, 'workspace_id', workspace,
    'event_id', of, 'rule_id', rule, 'outcome', outcome, 'body', head .. tail)
end

-- Who waits for a rule: each viewer's events in a list of their own, the viewers in the order of their turns, and how
-- many each has waiting ('' = all). So a viewer who sends much waits for themselves, not the others for them.
local function queue_of(rule, keys, keep_ms)
  local turns, counts, waiting = keys[1], keys[2], keys[3]
  local queue = {}

  local function count(viewer)
    return tonumber(redis.call('HGET', counts, viewer) or 0)
  end

  local function left(viewer)
    redis.call('HINCRBY', counts, '', -1)
    if redis.call('HINCRBY', counts, viewer, -1) <= 0 then
      redis.call('HDEL', counts, viewer)
      redis.call('LREM', turns, 1, viewer)
    end
  end

  -- Later than when it was queued, which has a record of its own.
  local function shed(item, outcome)
    local of, decision, head = unpack(cjson.decode(item))
    local before, queued = string.match(head, '^(.*"at":)(%d+)$')
    local at = math.max(math.floor(decided / 1000), queued + 1)
    record(decision, rule, of, outcome, before .. text(at), 0, nil, nil, {})
  end

  function queue.size()
    return count('')
  end

  -- Whoever has most waiting goes without, the newest first: true when that is not the newcomer.
  local function make_room(viewer)
    local most, whose = count(viewer) + 1, viewer
    local all = redis.call('HGETALL', counts)
    for i = 1, #all, 2 do
      if all[i] ~= '' and tonumber(all[i + 1]) > most then
        most, whose = tonumber(all[i + 1]), all[i]
      end
    end
    if whose == viewer then
      return false
    end
    shed(redis.call('RPOP', waiting .. whose), 'queue_shed')
    left(whose)
    return true
  end

  function queue.clear(outcome)
    for _, viewer in ipairs(redis.call('LRANGE', turns, 0, -1)) do
      for _, item in ipairs(redis.call('LRANGE', waiting .. viewer, 0, -1)) do
        shed(item, outcome)
      end
      redis.call('DEL', waiting .. viewer)
    end
    redis.call('DEL', turns, counts)
  end

  function queue.add(viewer, item, most)
    if queue.size() >= most and not make_room(viewer) then
      return false
    end
    redis.call('RPUSH', waiting .. viewer, item)
    redis.call('HINCRBY', counts, '', 1)
    if redis.call('HINCRBY', counts, viewer, 1) == 1 then
      redis.call('RPUSH', turns, viewer)
    end
    for _, key in ipairs({waiting .. viewer, turns, counts}) do
      redis.call('PEXPIRE', key, text(keep_ms))
    end
    return true
  end

  -- Whether it is this event's turn, still.
  function queue.is_next(viewer)
    local item = redis.call('LINDEX', waiting .. viewer, 0)
    return item and cjson.decode(item)[1] == event
  end

  -- It has had its turn; the next one of the same viewer comes when all others have had theirs.
  function queue.served(viewer)
    redis.call('LPOP', waiting .. viewer)
    redis.call('LREM', turns, 1, viewer)
    redis.call('RPUSH', turns, viewer)
    left(viewer)
  end

  -- When the next one can have its turn, as an entry of what is delayed.
  function queue.call_again(after)
    if dry then
      return
    end
    local marker = cjson.encode({rule, workspace, '', '', 'turn', '', ''})
    if queue.size() == 0 then
      redis.call('ZREM', KEYS[4], marker)
    else
      redis.call('ZADD', KEYS[4], text(now + after), marker)
    end
  end
  return queue
end

local workspace_epoch

-- For a tag it is the last one that was given to anything of the workspace: every stop that comes later has a higher one.
local function epoch(device)
  if device == '*' then
    return redis.call('HGET', KEYS[6], 'last:' .. workspace) or '0'
  end
  workspace_epoch = workspace_epoch or tonumber(redis.call('HGET', KEYS[3], workspace) or 0)
  local own = tonumber(redis.call('HGET', KEYS[3], device) or 0)
  return text(math.max(workspace_epoch, own, 0))
end

local function act(type, id, device, due, head, tail)
  local in_force = device == '' and '' or epoch(device)
  local body = head .. in_force .. tail
  if device == '*' then
    device = ''
  end
  if due == '0' then
    redis.call('XADD', KEYS[2], '*', 'type', type, 'id', id, 'workspace_id', workspace,
      'event_id', event, 'device_id', device, 'epoch', in_force, 'decided_us', decided, 'body', body)
  else
    delay(due, {id, workspace, event, device, in_force, decided, body, type})
  end
end

-- What holds for all viewers alike, so that it pays to wait.
local shared = {cooldown_global = true, cooldown_group = true, limit_all = true}

-- When somebody last ended what held: what was taken until then does not count. A dry run knows of nothing before it.
local function reset_at(rule)
  if dry then
    return 0
  end
  local resets = redis.call('HMGET', KEYS[5], workspace, rule)
  return math.max(tonumber(resets[1] or 0), tonumber(resets[2] or 0))
end

-- How long until all gates that hold for everybody are open, ms.
local function longest(gates, reset)
  local most = 0
  for _, gate in ipairs(gates) do
    if shared[gate[2]] then
      most = math.max(most, closed(gate[1], gate[3], gate[4], reset))
    end
  end
  return most
end

-- How many of some devices are online, and how many they are.
local function online(devices)
  local there, all = 0, 0
  for device in string.gmatch(devices, '%S+') do
    there, all = there + redis.call('SISMEMBER', KEYS[7], device), all + 1
  end
  return there, all
end

local answer = {}
local argument, key = 9, 8

local function following(count)
  argument = argument + count
  return unpack(ARGV, argument - count, argument - 1)
end

local function following_keys(count)
  local keys = {unpack(KEYS, key, key + count - 1)}
  key = key + count
  return keys
end

while argument <= #ARGV do
  local decision, rule, head, unmet, devices, gate_count = following(6)
  local gates = {}
  for _ = 1, tonumber(gate_count) do
    local closed_is, ms, uses = following(3)
    gates[#gates + 1] = {following_keys(1)[1], closed_is, tonumber(ms), tonumber(uses)}
  end
  local reset = #gates > 0 and reset_at(rule) or 0
  local kind, crowd = following(1), nil
  if kind ~= '' then
    local key_count, outcome, needed, ms, parameters = following(5)
    crowd = {following_keys(tonumber(key_count)), outcome, tonumber(needed), tonumber(ms), {following(tonumber(parameters))}}
  end
  local waits, most, longest_wait, viewer, again = following(1), nil, nil, nil, nil
  local queue
  if waits ~= '' then
    most, longest_wait, viewer, again = following(4)
    queue = queue_of(rule, following_keys(3), 3600000 + keep)
  end
  local count = tonumber((following(1)))
  local first = argument
  argument = argument + 7 * count

  local delayed = kind == 'vote' and 1 or 0
  for i = first, argument - 1, 7 do
    if ARGV[i + 3] ~= '0' then
      delayed = delayed + size(#ARGV[i + 5] + #ARGV[i + 6])
    end
  end

  local outcome, left, observed, needed, won = 'fired', 0, nil, nil, nil
  local there, wanted = online(devices)
  if refusal ~= '' then
    outcome = refusal
  elseif unmet ~= '' then
    outcome = unmet
  elseif there < wanted then
    outcome, observed, needed = 'device_offline', there, wanted
  elseif delayed > room then
    outcome = 'delays_full'
  else
    for _, gate in ipairs(gates) do
      left = closed(gate[1], gate[3], gate[4], reset)
      if left > 0 then
        outcome = gate[2]
        break
      end
    end
  end
  if dry and waits ~= '' then
    -- Nobody has turns in a dry run: it tells who would wait, and goes on.
    outcome = shared[outcome] and 'queued' or outcome
  elseif waits == 'turn' and not queue.is_next(viewer) then
    outcome, left = 'gone', 0
  elseif waits == 'turn' and shared[outcome] then
    queue.call_again(math.min(left, longest_wait))
  elseif waits ~= '' and waits ~= 'turn' and (shared[outcome] or (outcome == 'fired' and queue.size() > 0)) then
    if waits == 'replace' then
      queue.clear('queue_replaced')
    end
    needed = tonumber(most)
    if queue.add(viewer, cjson.encode({event, decision, head, viewer, text(now), again}), needed) then
      outcome = 'queued'
      queue.call_again(math.min(left, longest_wait))
    else
      outcome = 'queue_full'
    end
    observed = queue.size()
  end
  if outcome == 'fired' and crowd then
    local why
    needed = crowd[3]
    observed, won, why = crowds[kind](crowd[1], needed, crowd[4], unpack(crowd[5]))
    if not won then
      outcome = why or crowd[2]
    end
  end

  local ids = {}
  if outcome == 'fired' then
    for _, gate in ipairs(gates) do
      take(gate[1], gate[3], gate[4], reset)
    end
    if crowd then
      used_up(kind, crowd[1], needed)
    end
    for i = first, argument - 1, 7 do
      local type, id, device, due, choice, before, after = unpack(ARGV, i, i + 6)
      if choice == '' or choice == won then
        ids[#ids + 1] = id
        if not dry then
          act(type, id, device, due, before, after)
        end
      end
    end
  end

  if waits == 'turn' and outcome ~= 'gone' and not shared[outcome] then
    queue.served(viewer)
    queue.call_again(longest(gates, reset))
  end
  if not (waits == 'turn' and (outcome == 'gone' or shared[outcome])) then
    record(decision, rule, event, outcome, head, left, observed, needed, ids)
  end
  for _, part in ipairs({outcome, text(left), observed and text(observed) or '', needed and text(needed) or '',
    tostring(#ids), won or ''}) do
    answer[#answer + 1] = part
  end
end
return answer
