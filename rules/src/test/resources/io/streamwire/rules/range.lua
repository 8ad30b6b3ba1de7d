return redis.call('XRANGE', KEYS[1], '-', '+')
