-- Takes a free lease, or one that this instance held before it died.
-- KEYS lease, fence; ARGV instance, ttl ms. Returns the lease's value, or '' when another has it.
local holder = redis.call('GET', KEYS[1])
if holder and string.match(holder, '^%d+:(.*)$') ~= ARGV[1] then return '' end
local value = redis.call('INCR', KEYS[2]) .. ':' .. ARGV[1]
redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
return value
