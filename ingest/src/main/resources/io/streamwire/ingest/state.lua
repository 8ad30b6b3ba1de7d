-- KEYS state. Returns its fields and values in turn.
return redis.call('HGETALL', KEYS[1])
