-- Ends what holds now, of a rule or of all of a workspace.
--
-- KEYS  1 resets, 2 delayed
-- ARGV  1 workspace id, 2 rule id or workspace id, 3 now (ms since the epoch), 4 longest cooldown (ms), then the rules for
--       which events may wait

redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
-- Nothing that was taken before the last reset holds longer than that.
redis.call('PEXPIRE', KEYS[1], ARGV[4])
-- Who waits need not wait any longer.
for i = 5, #ARGV do
  redis.call('ZADD', KEYS[2], 'XX', ARGV[3], cjson.encode({ARGV[i], ARGV[1], '', '', 'turn', '', ''}))
end
return 1
