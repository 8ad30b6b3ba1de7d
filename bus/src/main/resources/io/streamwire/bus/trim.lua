-- Trims a stream to its newest entries, but never one that a required group has not acknowledged.
-- KEYS stream; ARGV entries to keep, required groups... Returns how many went.
local function parse(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local function older(a, b)
  local ams, aseq = parse(a)
  local bms, bseq = parse(b)
  return ams < bms or (ams == bms and aseq < bseq)
end

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local excess = redis.call('XLEN', KEYS[1]) - tonumber(ARGV[1])
if excess <= 0 then return 0 end

local delivered = {}
for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #info, 2 do group[info[i]] = info[i + 1] end
  delivered[group['name']] = group['last-delivered-id']
end
local bound
for i = 2, #ARGV do
  local safe = delivered[ARGV[i]]
  if not safe then return 0 end
  local pending = redis.call('XPENDING', KEYS[1], ARGV[i])
  if pending[1] > 0 then safe = pending[2] end
  if not bound or older(safe, bound) then bound = safe end
end
if not bound then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', bound, 'LIMIT', excess)
