-- Forgets a field of what is kept of livestreams.
-- KEYS states. ARGV field.
for _, state in ipairs(KEYS) do redis.call('HDEL', state, ARGV[1]) end
return #KEYS
