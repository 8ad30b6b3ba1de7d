-- Announces a board's state once, however many instances saw it.
-- KEYS boards, device stream, devices of the workspace that are online; ARGV device, workspace, signature, body, at ms, presence
redis.call(ARGV[6] == 'online' and 'SADD' or 'SREM', KEYS[3], ARGV[1])
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and string.match(known, '^%d+ (.*)$') == ARGV[3] then return 0 end
if sw_full(KEYS[2]) then return sw_refuse() end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[5] .. ' ' .. ARGV[3])
redis.call('XADD', KEYS[2], '*', 'type', 'device_status', 'id', ARGV[1], 'workspace_id', ARGV[2],
  'device_id', ARGV[1], 'body', ARGV[4])
return 1
