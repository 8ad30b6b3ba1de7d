package io.streamwire.seeded.rules;

import io.streamwire.seeded.devices.Devices;

record ImportsAnotherService(Devices devices) {}
