-- Moves delayed actions whose time has come to the actions, and the ends of votes to the events.
--
-- KEYS  1 actions, 2 delayed, 3 events
-- ARGV  1 now (ms since the epoch), 2 most to move
-- Answers how many it moved, when the next is due (ms since the epoch, '' = none), and then rule and workspace of each
-- queue whose next one has its turn: those stay until they have had it.

if sw_full(KEYS[1]) then
  return sw_refuse()
end
-- The end of a vote can wait, and must not hold actions up.
local votes_wait = sw_full(KEYS[3])

-- What decide.lua has counted when it began to wait.
local function gone(workspace, member)
  redis.call('ZREM', KEYS[2], member)
  if redis.call('HINCRBY', KEYS[2] .. ':of', workspace, -1 - math.floor(#member / 1024)) <= 0 then
    redis.call('HDEL', KEYS[2] .. ':of', workspace)
  end
end

local members = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
local turns = {}
for _, member in ipairs(members) do
  local id, workspace, event, device, epoch, decided, body, type = unpack(cjson.decode(member))
  if epoch == 'turn' then
    turns[#turns + 1] = id
    turns[#turns + 1] = workspace
    redis.call('ZADD', KEYS[2], ARGV[1] + 1000, member)
  elseif event == '' and votes_wait then
    redis.call('ZADD', KEYS[2], ARGV[1] + 1000, member)
  elseif event == '' then
    redis.call('XADD', KEYS[3], '*', 'type', 'streamwire.vote_ended', 'id', id, 'workspace_id', workspace,
      'livestream_id', device, 'frame_us', decided, 'body', body)
  else
    redis.call('XADD', KEYS[1], '*', 'type', type or 'action_triggered', 'id', id, 'workspace_id', workspace,
      'event_id', event, 'device_id', device, 'epoch', epoch, 'decided_us', decided, 'body', body)
  end
  if epoch ~= 'turn' and not (event == '' and votes_wait) then
    gone(workspace, member)
  end
end

-- What another version moved was not counted off.
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('DEL', KEYS[2] .. ':of') end

local following = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {tostring(#members), following[2] or '', unpack(turns)}
