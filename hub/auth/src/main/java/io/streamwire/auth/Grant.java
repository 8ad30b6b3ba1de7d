package io.streamwire.auth;

/**
 * What a client needs to call as a user.
 *
 * @param expiresIn life of the access token in seconds
 */
record Grant(String accessToken, String refreshToken, String tokenType, long expiresIn) {}
