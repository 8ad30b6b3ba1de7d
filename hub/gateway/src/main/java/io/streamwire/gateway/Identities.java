package io.streamwire.gateway;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.helidon.http.Method;
import io.streamwire.contract.Json;
import io.streamwire.service.Problem;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.Trace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges sessions, keys and tickets at auth for access tokens. What auth says about a session or
 * a key counts for a few seconds; one lock each lets only one of many requests ask. While auth does
 * not answer, the last access token counts until it expires, and longer for whoever wants to stop.
 */
final class Identities {

    private static final Logger LOG = System.getLogger(Identities.class.getName());

    /** Most sessions and keys remembered, each up to 12 KiB. */
    private static final int MOST = 10_000;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(1); // while auth does not answer
    private static final RequestTarget EXCHANGE = new RequestTarget("/internal/exchange", "");

    private final Exchange exchange;
    private final Upstream auth;
    private final TokenVerifier verifier;
    private final String secret;
    private final Duration goodFor;
    private final Cache<Credential.Secret, Place> places;
    private final Cache<Credential.Secret, Identity> last;

    /**
     * @param secret {@code service.secret}
     * @param goodFor how long an answer of auth counts
     */
    Identities(
            Exchange exchange,
            Upstream auth,
            TokenVerifier verifier,
            String secret,
            Duration goodFor) {
        this.exchange = exchange;
        this.auth = auth;
        this.verifier = verifier;
        this.secret = secret;
        this.goodFor = goodFor;
        this.places =
                Caffeine.newBuilder()
                        .maximumSize(MOST)
                        .expireAfterAccess(Duration.ofMinutes(10))
                        .build();
        this.last =
                Caffeine.newBuilder()
                        .maximumSize(MOST)
                        .expireAfterWrite(Duration.ofHours(13))
                        .build();
    }

    /**
     * Whose it is. A ticket is used up by asking.
     *
     * @throws Problem 401 {@code token_invalid}, 503 {@code upstream_unavailable}
     */
    Identity of(Credential.Secret credential) {
        if (credential instanceof Credential.Ticket) {
            return ask(credential);
        }
        return places.get(credential, _ -> new Place()).identity(credential);
    }

    /** Whether it is known whose it is, without asking. */
    boolean knows(Credential.Secret credential) {
        var place = places.getIfPresent(credential);
        return place != null && place.isGood();
    }

    /** Whose it was when auth was asked last, maybe a while ago; empty when it is no good now. */
    Optional<Identity> last(Credential.Secret credential) {
        return Optional.ofNullable(last.getIfPresent(credential));
    }

    /** Asks auth again the next time, since what it knows has changed. */
    void forget(Credential.Secret credential) {
        places.invalidate(credential);
    }

    /** What is known about one session or key. */
    private final class Place {
        private final ReentrantLock lock = new ReentrantLock();
        private volatile @Nullable Known known;

        boolean isGood() {
            var now = known;
            return now != null && now.isFresh() && now.last() != null;
        }

        Identity identity(Credential.Secret credential) {
            var now = known;
            if (now != null && now.isFresh()) {
                return now.identity();
            }
            lock.lock();
            try {
                var present = known;
                if (present == null || !present.isFresh()) {
                    present = renewed(credential, present);
                    known = present;
                }
                return present.identity();
            } finally {
                lock.unlock();
            }
        }

        private Known renewed(Credential.Secret credential, @Nullable Known before) {
            try {
                var identity = ask(credential);
                last.put(credential, identity);
                return new Known(identity, null, System.nanoTime(), goodFor);
            } catch (Problem e) {
                if (e.status().code() == 401) {
                    last.invalidate(credential);
                    return new Known(null, e, System.nanoTime(), goodFor);
                }
                var former = before == null ? null : before.last();
                var good = former != null && verifier.accepts(former.token()) ? former : null;
                return new Known(good, e, System.nanoTime(), PAUSE);
            }
        }
    }

    /** The last answer: an identity, or why there is none. */
    private record Known(
            @Nullable Identity last, @Nullable Problem problem, long at, Duration goodFor) {

        boolean isFresh() {
            return System.nanoTime() - at < goodFor.toNanos();
        }

        Identity identity() {
            if (last != null) {
                return last;
            }
            throw problem == null ? Credential.invalid() : problem;
        }
    }

    record Question(String kind, String secret) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Answer(String accessToken) {}

    private Identity ask(Credential.Secret credential) {
        var kind = credential.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        var body = Json.writeBytes(new Question(kind, credential.text()));
        var outgoing =
                new Exchange.Outgoing(
                        Method.POST,
                        EXCHANGE,
                        Map.of(
                                "Content-Type", List.of("application/json"),
                                "X-Service-Secret", List.of(secret),
                                "traceparent", List.of(Trace.begin().traceparent())),
                        HttpRequest.BodyPublishers.ofByteArray(body));
        try {
            var response = exchange.send(auth, outgoing, PATIENCE);
            try (var answer = response.body()) {
                return switch (response.statusCode()) {
                    case 200 -> identity(answer);
                    case 401 -> throw Credential.invalid();
                    default -> throw unavailable("status " + response.statusCode());
                };
            }
        } catch (IOException | ResponseBody.BrokenException e) {
            throw unavailable(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted");
        }
    }

    private Identity identity(ResponseBody body)
            throws IOException, ResponseBody.BrokenException, InterruptedException {
        var bytes = new ByteArrayOutputStream();
        body.copyTo(bytes, PATIENCE);
        var bearer = Json.mapper().readValue(bytes.toByteArray(), Answer.class).accessToken();
        return new Identity(bearer, verifier.verify(bearer));
    }

    private static Problem unavailable(String why) {
        LOG.log(Level.WARNING, "exchange=failed why=\"{0}\"", why);
        return Problem.unavailable("upstream_unavailable", "The auth service cannot be reached.");
    }
}
