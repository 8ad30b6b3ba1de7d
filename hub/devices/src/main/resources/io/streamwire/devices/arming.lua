-- Arms or disarms a workspace or some of its devices under the next epoch, and says so once.
-- KEYS arming, epochs, device stream, where to keep the answer to an arm
-- ARGV workspace, least epoch, '1' = arm, until ms, mode, 'at by why', body without the epoch, device ('' = several),
--      arm: the workspace's last epoch that it was decided upon; again: a stop ends what was armed until then, ms
--      arm: when it is too late to arm, ms of this clock
--      arm: answer without the epoch, ms to keep it, both '' = not kept
--      workspace or devices...
-- Modes: 'arm', unless somebody has decided something else, or it comes late; 'stop', under a new epoch in any case;
--      'again', a stop that may have been stored, under its own epoch unless what it was to end holds under a higher one.
-- Returns the epoch; '0' = not armed, because of another decision; '-1' = not armed, too late.
local workspace, mode = ARGV[1], ARGV[5]
local last = tonumber(redis.call('HGET', KEYS[1], 'last:' .. workspace) or '0')
local epoch = tonumber(ARGV[2])

if mode == 'arm' then
  if last > tonumber(ARGV[9]) then return '0' end
  local time = redis.call('TIME')
  if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[10]) then return '-1' end
end

-- Whether the stop was to end an arming that has a higher epoch.
local function to_end(arming)
  local of, armed, at = string.match(arming or '', '^(%d+) (%d) %d+ (%d+)')
  return armed == '1' and tonumber(of) >= epoch and tonumber(at) <= tonumber(ARGV[9])
end

local function overtaken()
  if ARGV[13] ~= workspace then
    if to_end(redis.call('HGET', KEYS[1], workspace .. '/' .. workspace)) then return true end
    for i = 13, #ARGV do
      if to_end(redis.call('HGET', KEYS[1], workspace .. '/' .. ARGV[i])) then return true end
    end
    return false
  end
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, #workspace + 1) == workspace .. '/' and to_end(all[i + 1]) then return true end
  end
  return false
end

if epoch <= last and (mode ~= 'again' or overtaken()) then epoch = last + 1 end
local text = string.format('%.0f', epoch)
if epoch > last then redis.call('HSET', KEYS[1], 'last:' .. workspace, text) end
local news = false
for i = 13, #ARGV do
  local current = tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or '0')
  if epoch > current then
    news = true
    redis.call('HSET', KEYS[2], ARGV[i], text)
    redis.call('HSET', KEYS[1], workspace .. '/' .. ARGV[i],
      text .. ' ' .. ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[6])
  end
end
-- Never refused for a full stream: there are few of these, and a stop is not to wait.
if news then
  redis.call('XADD', KEYS[3], '*', 'type', 'safety_changed', 'id', workspace, 'workspace_id', workspace,
    'device_id', ARGV[8], 'body', ARGV[7] .. ',"epoch":' .. text .. '}')
end
if ARGV[12] ~= '' then redis.call('SET', KEYS[4], ARGV[11] .. ',"epoch":' .. text .. '}', 'PX', ARGV[12]) end
return text
