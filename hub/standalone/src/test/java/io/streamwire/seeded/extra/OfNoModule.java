package io.streamwire.seeded.extra;

final class OfNoModule {}
