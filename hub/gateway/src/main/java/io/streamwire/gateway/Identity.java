package io.streamwire.gateway;

import io.streamwire.service.AccessToken;

/**
 * Who calls, verified.
 *
 * @param bearer the access token as services take it
 * @param token what it says
 */
record Identity(String bearer, AccessToken token) {

    /** Without the token, which no log may show. */
    @Override
    public String toString() {
        return "Identity[" + token.userId() + "]";
    }
}
