-- Arms or disarms a workspace or some of its devices under the next epoch, and says so once.
-- KEYS arming, epochs, device stream
-- ARGV workspace, least epoch, '1' = arm, until ms, mode ('next' = a new epoch, 'exact' = the given one
--      unless something newer was decided), 'at by why', body without the epoch, device ('' = several),
--      workspace or devices...
-- Returns the epoch.
local last = tonumber(redis.call('HGET', KEYS[1], 'last:' .. ARGV[1]) or '0')
local epoch = tonumber(ARGV[2])
if ARGV[5] == 'next' and epoch <= last then epoch = last + 1 end
local text = string.format('%.0f', epoch)
if epoch > last then redis.call('HSET', KEYS[1], 'last:' .. ARGV[1], text) end
local news = false
for i = 9, #ARGV do
  local current = tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or '0')
  if epoch > current then
    news = true
    redis.call('HSET', KEYS[2], ARGV[i], text)
    redis.call('HSET', KEYS[1], ARGV[1] .. '/' .. ARGV[i],
      text .. ' ' .. ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[6])
  end
end
-- Never refused for a full stream: there are few of these, and a stop is not to wait.
if news then
  redis.call('XADD', KEYS[3], '*', 'type', 'safety_changed', 'id', ARGV[1], 'workspace_id', ARGV[1],
    'device_id', ARGV[8], 'body', ARGV[7] .. ',"epoch":' .. text .. '}')
end
return text
