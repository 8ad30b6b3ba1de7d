package io.streamwire.auth;

import io.helidon.config.Config;
import io.streamwire.service.Configuration;
import io.streamwire.service.TrustedProxies;
import java.time.Duration;

/**
 * The settings {@code auth.*}.
 *
 * @param accessTokenLife at most the hour that cut-offs are remembered for, besides the time to
 *     stop
 * @param sessionIdle how long a browser's session may go unused
 * @param sessionLife how long it lasts in any case
 * @param concurrentHashes Argon2id hashes at a time
 * @param hashMemory of one, KiB
 * @param loginAttempts of one email address from one network address within the window
 * @param loginAttemptsPerEmail of one email address from anywhere within the window
 * @param loginAttemptsPerAddress of one network address within the window
 */
record AuthSettings(
        Registration registration,
        Duration accessTokenLife,
        Duration refreshTokenLife,
        Duration sessionIdle,
        Duration sessionLife,
        int concurrentHashes,
        int hashMemory,
        long loginAttempts,
        long loginAttemptsPerEmail,
        long loginAttemptsPerAddress,
        Duration loginWindow,
        TrustedProxies trustedProxies) {

    private static final int KIB_OF_MIB = 1_024;

    /** Who may register. */
    enum Registration {
        OPEN,
        INVITE,
        CLOSED
    }

    static AuthSettings of(Config config) {
        return new AuthSettings(
                Configuration.choice(config, "auth.registration", Registration.class),
                Configuration.duration(
                        config,
                        "auth.access-token-life",
                        Duration.ofMinutes(1),
                        Duration.ofHours(1)),
                Configuration.duration(
                        config,
                        "auth.refresh-token-life",
                        Duration.ofHours(1),
                        Duration.ofDays(365)),
                Configuration.duration(
                        config, "auth.session-idle", Duration.ofMinutes(5), Duration.ofDays(90)),
                Configuration.duration(
                        config, "auth.session-life", Duration.ofHours(1), Duration.ofDays(365)),
                (int) Configuration.number(config, "auth.concurrent-hashes", 1, 64),
                (int) Configuration.number(config, "auth.hash-memory", 1, 1_024) * KIB_OF_MIB,
                Configuration.number(config, "auth.login-attempts", 1, 1_000_000),
                Configuration.number(config, "auth.login-attempts-per-email", 1, 1_000_000),
                Configuration.number(config, "auth.login-attempts-per-address", 1, 1_000_000),
                Configuration.duration(
                        config, "auth.login-window", Duration.ofSeconds(1), Duration.ofDays(1)),
                TrustedProxies.of(config, "auth.trusted-proxies"));
    }
}
