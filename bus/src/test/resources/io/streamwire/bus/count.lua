return {redis.call('INCR', KEYS[1]), 'handled ' .. ARGV[1]}
