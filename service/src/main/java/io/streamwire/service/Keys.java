package io.streamwire.service;

import io.helidon.security.jwt.jwk.JwkKeys;

/** Where the public keys that tokens are verified with come from. */
interface Keys {

    /** The keys known now. */
    JwkKeys now();

    /** The keys after an unknown key id was met; may ask its source again. */
    JwkKeys afterUnknown();
}
