-- Publishes that time has passed on a livestream, once for each second.
--
-- KEYS  1 events, 2 the last second that was told
-- ARGV  1 second, 2 event id, 3 workspace id, 4 livestream id, 5 now (us since the epoch), 6 type, 7 body, 8 ms to remember
-- Answers 1 when it was news.

if tonumber(redis.call('GET', KEYS[2]) or 0) >= tonumber(ARGV[1]) then
  return 0
end
if sw_full(KEYS[1]) then
  return sw_refuse()
end
redis.call('XADD', KEYS[1], '*', 'type', ARGV[6], 'id', ARGV[2], 'workspace_id', ARGV[3], 'livestream_id', ARGV[4],
  'frame_us', ARGV[5], 'body', ARGV[7])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[8])
return 1
