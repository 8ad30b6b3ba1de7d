-- Acknowledges entries and forgets their marks. KEYS stream, marks; ARGV group, entry ids...
local group = table.remove(ARGV, 1)
redis.call('HDEL', KEYS[2], unpack(ARGV))
return redis.call('XACK', KEYS[1], group, unpack(ARGV))
