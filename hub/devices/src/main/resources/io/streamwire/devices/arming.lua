-- Arms or disarms a workspace or some of its devices under the next epoch.
-- KEYS arming, epochs
-- ARGV workspace, least epoch, '1' = arm, until ms, mode ('next' = a new epoch, 'exact' = the given one
--      unless something newer was decided), workspace or devices...
-- Returns the epoch.
local last = tonumber(redis.call('HGET', KEYS[1], 'last:' .. ARGV[1]) or '0')
local epoch = tonumber(ARGV[2])
if ARGV[5] == 'next' and epoch <= last then epoch = last + 1 end
local text = string.format('%.0f', epoch)
if epoch > last then redis.call('HSET', KEYS[1], 'last:' .. ARGV[1], text) end
for i = 6, #ARGV do
  local current = tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or '0')
  if epoch > current then
    redis.call('HSET', KEYS[2], ARGV[i], text)
    redis.call('HSET', KEYS[1], ARGV[1] .. '/' .. ARGV[i], text .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
  end
end
return text
