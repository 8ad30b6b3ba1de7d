-- Publishes an event that rules make themselves, once.
--
-- KEYS  1 events, 2 that it was published
-- ARGV  1 type, 2 id, 3 workspace id, 4 livestream id, 5 frame (us), 6 body, 7 how long to know it, ms

if redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
if sw_full(KEYS[1]) then
  return sw_refuse()
end
redis.call('XADD', KEYS[1], '*', 'type', ARGV[1], 'id', ARGV[2], 'workspace_id', ARGV[3], 'livestream_id', ARGV[4],
  'frame_us', ARGV[5], 'body', ARGV[6])
redis.call('SET', KEYS[2], '1', 'PX', ARGV[7])
return 1
