-- Stores a new command once, with its first state.
-- KEYS command, pending, device stream, spent (what commands cost of their limits, by when it is forgotten),
--      unfinished of the device
-- ARGV id, workspace, device, head, state, reason as JSON, at ms, confirm by ms ('' = final already),
--      boot, traceparent, frame us, decided us, ms to keep a refused one, what it costs, until ms ('' = nothing limits it),
--      urgency ('' = a usual rule's), most unfinished of the device, why it is rejected when it has them, as JSON ('' = nothing
--      is stored then)
-- Returns 'created', 'known' or 'refused', each with its state.
local known = redis.call('HGET', KEYS[1], 'state')
if known then return {'known', known} end
if sw_full(KEYS[3]) then return sw_refuse() end
local state, reason, confirm_by = ARGV[5], ARGV[6], ARGV[8]
if confirm_by ~= '' then
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', ARGV[7])
  if redis.call('ZCARD', KEYS[5]) >= tonumber(ARGV[17]) then
    state, reason, confirm_by = 'rejected', ARGV[18], ''
    if reason == '' then return {'refused', state} end
  end
end
local fields = {'id', ARGV[1], 'workspace_id', ARGV[2], 'device_id', ARGV[3], 'head', ARGV[4],
  'state', state, 'reason', reason, 'at', ARGV[7], 'boot', ARGV[9]}
for name, value in pairs({confirm_by = confirm_by, traceparent = ARGV[10], frame = ARGV[11], decided = ARGV[12],
    urgency = ARGV[16]}) do
  if value ~= '' then
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
end
redis.call('HSET', KEYS[1], unpack(fields))
if confirm_by == '' then
  redis.call('PEXPIRE', KEYS[1], ARGV[13])
else
  redis.call('ZADD', KEYS[2], confirm_by, ARGV[1])
  redis.call('ZADD', KEYS[5], confirm_by, ARGV[1])
  if ARGV[14] ~= '' then
    redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', ARGV[7])
    redis.call('ZADD', KEYS[4], ARGV[15], ARGV[14])
    redis.call('HSET', KEYS[1], 'cost', ARGV[14])
  end
end
sw_publish(KEYS[3], confirm_by == '' and 'command_done' or 'command_changed', {unpack(ARGV, 1, 4)},
  {ARGV[11], ARGV[12]}, state, reason, ARGV[7], 'none')
return {'created', state}
