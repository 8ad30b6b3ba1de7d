-- The oldest entry of a stream that a group was given and has not acknowledged, '' = none. KEYS stream; ARGV group.
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1])
if pending.err then return '' end
return pending[2] or ''
