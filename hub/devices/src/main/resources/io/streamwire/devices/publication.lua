-- Writes a command's present state to the device stream. The body is the head, which never changes
-- and stays opaque here, followed by what does change.
local HOPS = {'frame', 'decided', 'published', 'received', 'on', 'off'}
local function sw_publish(command, stream, type, at)
  redis.call('HSET', command, 'at', at)
  local now = redis.call('HMGET', command, 'id', 'workspace_id', 'device_id', 'head', 'state', 'reason')
  local hops = {}
  local times = redis.call('HMGET', command, unpack(HOPS))
  for i, name in ipairs(HOPS) do
    if times[i] then hops[#hops + 1] = '"' .. name .. '":' .. times[i] end
  end
  local body = now[4] .. ',"at":' .. at .. ',"state":"' .. now[5] .. '","reason":' .. now[6]
    .. ',"hops":{' .. table.concat(hops, ',') .. '}}'
  redis.call('XADD', stream, '*', 'type', type, 'id', now[1], 'workspace_id', now[2],
    'device_id', now[3], 'state', now[5], 'body', body)
end
