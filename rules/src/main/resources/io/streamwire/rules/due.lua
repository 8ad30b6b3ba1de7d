-- Moves delayed actions whose time has come to the actions.
--
-- KEYS  1 actions, 2 delayed
-- ARGV  1 now (ms since the epoch), 2 most to move
-- Answers how many it moved and when the next is due (ms since the epoch, '' = none).

if sw_full(KEYS[1]) then
  return sw_refuse()
end

local members = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, member in ipairs(members) do
  local id, workspace, event, device, epoch, decided, body = unpack(cjson.decode(member))
  redis.call('XADD', KEYS[1], '*', 'type', 'action_triggered', 'id', id, 'workspace_id', workspace,
    'event_id', event, 'device_id', device, 'epoch', epoch, 'decided_us', decided, 'body', body)
  redis.call('ZREM', KEYS[2], member)
end

local following = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {tostring(#members), following[2] or ''}
