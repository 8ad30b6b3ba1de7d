if sw_full(KEYS[1]) then return sw_refuse() end
return redis.call('XADD', KEYS[1], '*', 'type', 'test', 'body', ARGV[1])
