-- Writes a command's present state to the device stream. The body is the head, which never changes
-- and stays opaque here, followed by what does change.
-- command: id, workspace, device, head; hops: us in the order of HOPS, '' or false = not known
-- from: the state that it left, 'none' for a new command, nil when it stays in the same one
local HOPS = {'frame', 'decided', 'published', 'received', 'on', 'off'}
local function sw_publish(stream, type, command, hops, state, reason, at, from)
  local times = {}
  for i, name in ipairs(HOPS) do
    if hops[i] and hops[i] ~= '' then times[#times + 1] = '"' .. name .. '":' .. hops[i] end
  end
  local body = command[4] .. ',"at":' .. at .. ',"state":"' .. state .. '","reason":' .. reason
    .. ',"hops":{' .. table.concat(times, ',') .. '}}'
  redis.call('XADD', stream, '*', 'type', type, 'id', command[1], 'workspace_id', command[2],
    'device_id', command[3], 'state', state, 'from', from or '', 'body', body)
end
