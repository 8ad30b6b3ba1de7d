package io.streamwire.auth;

/** Where a request comes from: the client's network address and the trace it belongs to. */
record Origin(String address, String traceId) {}
