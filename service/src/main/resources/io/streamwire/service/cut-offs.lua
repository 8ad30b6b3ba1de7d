-- KEYS: as in cut-off.lua. ARGV: the oldest ms that is wanted.
return redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES')
