package io.streamwire.seeded.rules;

import io.lettuce.core.RedisClient;

record TalksToRedis(RedisClient redis) {}
