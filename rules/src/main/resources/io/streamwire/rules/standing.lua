-- Tells how a vote or a tug-of-war stands: who watches the overlay sees it.
--
-- KEYS  1 actions, 2 'begin id' of the vote under way, or '' key of none, 3 the vote, or what the keys of votes begin with; of a
--       tug-of-war 2 and 3 are its hash
-- ARGV  1 kind: 'vote', 'ended' (a vote) or 'tug', 2 type, 3 workspace id, 4 beginning of the body, 5 how many choices, 6 its time, ms,
--       7 now, ms since the epoch
-- Answers 1, or 0 when there is nothing to tell or no room for it.

if sw_full(KEYS[1]) then
  return 0
end
local kind, choices, ms, now = ARGV[1], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local key, begin = KEYS[3], nil
if kind == 'vote' then
  local began, current = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+) (.+)$')
  if not began then
    return 0
  end
  key, begin = key .. current, tonumber(began)
elseif kind == 'tug' then
  begin = tonumber(redis.call('HGET', key, 'begin'))
end
if redis.call('EXISTS', key) == 0 then
  return 0
end
local counts = {}
for choice = 1, choices do
  counts[choice] = string.format('%.0f', tonumber(redis.call('HGET', key, 'c:' .. choice) or 0))
end
local voters = redis.call('HGET', key, 'voters')
local left = begin and math.max(0, math.min(ms, begin + ms - now)) or 0
local body = ARGV[4] .. ',"counts":[' .. table.concat(counts, ',') .. '],"left_ms":' .. string.format('%.0f', left) ..
  (voters and ',"voters":' .. voters or '') .. '}'
redis.call('XADD', KEYS[1], '*', 'type', ARGV[2], 'workspace_id', ARGV[3], 'body', body)
return 1
