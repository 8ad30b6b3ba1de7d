package io.streamwire.auth;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Throttle;
import io.streamwire.contract.Ids;
import io.streamwire.service.Problem;
import java.time.Duration;

/**
 * Limits how often passwords are tried: of one account from one network, of all accounts from one
 * network, and, so high that nobody keeps its owner out from a few places, of one account.
 */
final class LoginThrottle {

    private final Throttle byEmailAndNetwork;
    private final Throttle byEmail;
    private final Throttle byNetwork;
    private final AuthSettings settings;

    LoginThrottle(Bus bus, AuthSettings settings) {
        this.settings = settings;
        this.byEmailAndNetwork =
                bus.throttle(
                        "login-email-network", settings.loginAttempts(), settings.loginWindow());
        this.byEmail =
                bus.throttle(
                        "login-email", settings.loginAttemptsPerEmail(), settings.loginWindow());
        this.byNetwork =
                bus.throttle(
                        "login-network",
                        settings.loginAttemptsPerAddress(),
                        settings.loginWindow());
    }

    /**
     * Counts one attempt from an address.
     *
     * @throws Problem 429 {@code too_many_attempts}
     */
    void count(Origin origin) {
        refuse(byNetwork.take(origin.network()), settings.loginAttemptsPerAddress());
    }

    /**
     * Counts one attempt from an address for an email address.
     *
     * @throws Problem 429 {@code too_many_attempts}
     */
    void count(Origin origin, String email) {
        count(origin);
        var key = Ids.derived("login", email).toString(); // no email addresses in Redis
        refuse(byEmailAndNetwork.take(key + " " + origin.network()), settings.loginAttempts());
        refuse(byEmail.take(key), settings.loginAttemptsPerEmail());
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
