-- Moves delayed actions whose time has come to the actions, and the ends of votes to the events.
--
-- KEYS  1 actions, 2 delayed, 3 events
-- ARGV  1 now (ms since the epoch), 2 most to move
-- Answers how many it moved and when the next is due (ms since the epoch, '' = none).

if sw_full(KEYS[1]) or sw_full(KEYS[3]) then
  return sw_refuse()
end

local members = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, member in ipairs(members) do
  local id, workspace, event, device, epoch, decided, body, type = unpack(cjson.decode(member))
  if event == '' then
    redis.call('XADD', KEYS[3], '*', 'type', 'streamwire.vote_ended', 'id', id, 'workspace_id', workspace,
      'livestream_id', device, 'frame_us', decided, 'body', body)
  else
    redis.call('XADD', KEYS[1], '*', 'type', type or 'action_triggered', 'id', id, 'workspace_id', workspace,
      'event_id', event, 'device_id', device, 'epoch', epoch, 'decided_us', decided, 'body', body)
  end
  redis.call('ZREM', KEYS[2], member)
end

local following = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {tostring(#members), following[2] or ''}
