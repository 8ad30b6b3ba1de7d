package io.streamwire.auth;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Throttle;
import io.streamwire.contract.Ids;
import io.streamwire.service.Problem;
import java.time.Duration;

/** Limits how often passwords are tried, per email address and per network address. */
final class LoginThrottle {

    private final Throttle byEmail;
    private final Throttle byAddress;
    private final AuthSettings settings;

    LoginThrottle(Bus bus, AuthSettings settings) {
        this.settings = settings;
        this.byEmail =
                bus.throttle("login-email", settings.loginAttempts(), settings.loginWindow());
        this.byAddress =
                bus.throttle(
                        "login-address",
                        settings.loginAttemptsPerAddress(),
                        settings.loginWindow());
    }

    /**
     * Counts one attempt from an address.
     *
     * @throws Problem 429 {@code too_many_attempts}
     */
    void count(Origin origin) {
        refuse(byAddress.take(origin.address()), settings.loginAttemptsPerAddress());
    }

    /**
     * Counts one attempt from an address for an email address.
     *
     * @throws Problem 429 {@code too_many_attempts}
     */
    void count(Origin origin, String email) {
        count(origin);
        var key = Ids.derived("login", email).toString(); // no email addresses in Redis
        refuse(byEmail.take(key), settings.loginAttempts());
    }

    private void refuse(Duration wait, long attempts) {
        if (!wait.isPositive()) {
            return;
        }
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        throw Problem.tooManyRequests(
                        "too_many_attempts", "Too many attempts; wait before the next one.", wait)
                .header(
                        "RateLimit-Policy",
                        "\"login\";q=%d;w=%d"
                                .formatted(attempts, settings.loginWindow().toSeconds()))
                .header("RateLimit", "\"login\";r=0;t=%d".formatted(seconds));
    }
}
