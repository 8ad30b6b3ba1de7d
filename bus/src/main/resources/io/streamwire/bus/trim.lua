-- Trims a stream to its newest entries, but never one that a required group has not acknowledged, nor one that an
-- awaited group has not, as long as the stream is not longer than it may become for that. Of large entries it keeps fewer.
-- KEYS stream; ARGV entries to keep, entries from which awaited groups do not count, bytes to keep, bytes from which
-- awaited groups do not count, number of required groups, required groups..., awaited groups... Returns how many went.
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
local length, bytes = redis.call('XLEN', KEYS[1]), redis.call('MEMORY', 'USAGE', KEYS[1])
-- How many of its entries may stay, which take as much as others on average.
local function most(entries, of_bytes)
  return math.min(tonumber(entries), math.floor(length * tonumber(of_bytes) / bytes))
end
local excess = length - most(ARGV[1], ARGV[3])
if excess <= 0 then return 0 end

local delivered = {}
for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #info, 2 do group[info[i]] = info[i + 1] end
  delivered[group['name']] = group['last-delivered-id']
end
-- What a group has acknowledged all before; nil when there is no such group.
local function safe(group)
  local pending = delivered[group] and redis.call('XPENDING', KEYS[1], group)
  return pending and (pending[1] > 0 and pending[2] or delivered[group])
end

local required
for i = 6, 5 + ARGV[5] do
  local bound = safe(ARGV[i])
  if not bound then return 0 end
  if not required or older(bound, required) then required = bound end
end
if not required then return 0 end
local awaited = required
for i = 6 + ARGV[5], #ARGV do
  local bound = safe(ARGV[i])
  if bound and older(bound, awaited) then awaited = bound end
end
local gone = redis.call('XTRIM', KEYS[1], 'MINID', '~', awaited, 'LIMIT', excess)
excess = redis.call('XLEN', KEYS[1]) - most(ARGV[2], ARGV[4])
if awaited ~= required and excess > 0 then
  gone = gone + redis.call('XTRIM', KEYS[1], 'MINID', '~', required, 'LIMIT', excess)
end
return gone
