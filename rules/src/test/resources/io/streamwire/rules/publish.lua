-- KEYS 1 events; ARGV id, workspace id, type, frame (us), body, and so on again.
for i = 1, #ARGV, 5 do
  redis.call('XADD', KEYS[1], '*', 'id', ARGV[i], 'workspace_id', ARGV[i + 1], 'type', ARGV[i + 2],
    'frame_us', ARGV[i + 3], 'body', ARGV[i + 4])
end
return 'OK'
