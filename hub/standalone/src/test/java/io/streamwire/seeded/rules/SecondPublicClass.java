package io.streamwire.seeded.rules;

public final class SecondPublicClass {}
