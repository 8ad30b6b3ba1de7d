-- Stores a new command once, with its first state.
-- KEYS command, pending, device stream
-- ARGV id, workspace, device, head, state, reason as JSON, at ms, confirm by ms ('' = final already),
--      boot, traceparent, frame us, decided us, ms to keep a final one
-- Returns 'created', or 'known', each with its state.
local state = redis.call('HGET', KEYS[1], 'state')
if state then return {'known', state} end
if sw_full(KEYS[3]) then return sw_refuse() end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'workspace_id', ARGV[2], 'device_id', ARGV[3],
  'head', ARGV[4], 'state', ARGV[5], 'reason', ARGV[6], 'boot', ARGV[9], 'traceparent', ARGV[10])
if ARGV[11] ~= '' then redis.call('HSET', KEYS[1], 'frame', ARGV[11]) end
if ARGV[12] ~= '' then redis.call('HSET', KEYS[1], 'decided', ARGV[12]) end
local type = 'command_changed'
if ARGV[8] == '' then
  type = 'command_done'
  redis.call('PEXPIRE', KEYS[1], ARGV[13])
else
  redis.call('HSET', KEYS[1], 'confirm_by', ARGV[8])
  redis.call('ZADD', KEYS[2], ARGV[8], ARGV[1])
end
sw_publish(KEYS[1], KEYS[3], type, ARGV[7])
return {'created', ARGV[5]}
