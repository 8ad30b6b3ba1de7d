package io.streamwire.liveroom;

/** How the sign server answers. */
public enum SignFault {
    /** A good signature. */
    NONE,
    /** 429 with Retry-After: 1. */
    QUOTA,
    /** 402: a route that has to be paid for. */
    PAYMENT,
    /** 500. */
    ERROR,
    /** 200 without a body: TikTok detected the signer. */
    EMPTY_BODY,
    /** 200 without the X-Set-TT-Cookie header. */
    NO_COOKIE,
    /** 200 with a body that names no cursor. */
    NO_CURSOR,
    /** 200 with a body that is not protobuf. */
    GARBAGE,
    /** 200 with a short body that points at a socket which never upgrades. */
    OUTAGE_STUB,
    /** A socket URL that the socket refuses. */
    BAD_SIGNATURE
}
