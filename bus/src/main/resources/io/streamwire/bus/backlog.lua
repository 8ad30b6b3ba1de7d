-- How far a group is behind: entries that it was given and has not acknowledged, and how old the
-- oldest one is that it was not given yet, ms.
-- KEYS stream; ARGV group.
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
if groups.err then return {0, 0} end
for _, group in ipairs(groups) do
  local has = {}
  for i = 1, #group, 2 do has[group[i]] = group[i + 1] end
  if has['name'] == ARGV[1] then
    local next = redis.call('XRANGE', KEYS[1], '(' .. has['last-delivered-id'], '+', 'COUNT', 1)[1]
    if not next then return {has['pending'], 0} end
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    return {has['pending'], math.max(0, now - tonumber(string.match(next[1], '^%d+')))}
  end
end
return {0, 0}
