package io.streamwire.seeded.devices;

public final class Devices {}
