-- KEYS: sorted set of subjects by the ms of their cut-off. ARGV: subject, ms, oldest ms to keep, ms to keep the set.
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
