-- Publishes an event unless it was. KEYS 1 events, 2 seen; ARGV id, workspace id, type, frame (us), body.
if redis.call('SADD', KEYS[2], ARGV[1]) == 1 then
  redis.call('XADD', KEYS[1], '*', 'id', ARGV[1], 'workspace_id', ARGV[2], 'type', ARGV[3], 'frame_us', ARGV[4],
    'body', ARGV[5])
end
return 'OK'
