package io.streamwire.seeded.devices;

import io.helidon.webserver.http.HttpRouting;

record RegistersRoutes(HttpRouting.Builder routing) {}
