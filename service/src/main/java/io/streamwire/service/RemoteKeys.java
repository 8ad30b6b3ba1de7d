package io.streamwire.service;

import io.helidon.http.Status;
import io.helidon.security.jwt.jwk.JwkKeys;
import io.helidon.webclient.api.WebClient;
import jakarta.json.Json;
import jakarta.json.JsonException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The public keys behind {@code auth.jwks-url}. They are kept when auth is away, read again when
 * they are old or a key id is unknown, at most once in a pause, by one thread at a time (one lock).
 */
final class RemoteKeys implements Keys {

    private static final Logger LOG = System.getLogger(RemoteKeys.class.getName());
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration FRESH = Duration.ofMinutes(10);
    static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200); // while there are none
    private static final int LARGEST = 64 * 1024;

    private final URI url;
    private final Duration pause;
    private final WebClient client;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable JwkKeys keys;
    private volatile long readAt;
    private long triedAt; // guarded by lock

    RemoteKeys(URI url, Duration pause) {
        this.url = url;
        this.pause = pause;
        this.triedAt = System.nanoTime() - FIRST_PAUSE.toNanos();
        this.client =
                WebClient.builder()
                        .connectTimeout(TIMEOUT)
                        .readTimeout(TIMEOUT)
                        .followRedirects(false)
                        .keepAlive(false)
                        .build();
    }

    @Override
    public JwkKeys now() {
        var present = keys;
        if (present == null) {
            return orUnavailable(refresh());
        }
        if (since(readAt).compareTo(FRESH) > 0 && !lock.isLocked()) {
            Thread.ofVirtual().name("jwks-refresh").start(this::refresh);
        }
        return present;
    }

    @Override
    public JwkKeys afterUnknown() {
        return orUnavailable(refresh());
    }

    private @Nullable JwkKeys refresh() {
        lock.lock();
        try {
            if (since(triedAt).compareTo(keys == null ? FIRST_PAUSE : pause) < 0) {
                return keys;
            }
            keys = fetch();
            readAt = System.nanoTime();
            triedAt = readAt;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "keys=unread url={0} why=\"{1}\"", url, e.getMessage());
            triedAt = System.nanoTime(); // so that those who waited meanwhile do not wait again
        } finally {
            lock.unlock();
        }
        return keys;
    }

    private JwkKeys fetch() throws IOException {
        try (var response = client.get().uri(url).request()) {
            if (!response.status().equals(Status.OK_200)) {
                throw new IOException("status " + response.status().code());
            }
            var bytes = response.inputStream().readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new IOException("more than " + LARGEST + " bytes");
            }
            try (var reader = Json.createReader(new ByteArrayInputStream(bytes))) {
                return JwkKeys.create(reader.readObject());
            }
        } catch (JsonException e) {
            throw new IOException("not a JWK set", e);
        }
    }

    private static JwkKeys orUnavailable(@Nullable JwkKeys keys) {
        if (keys == null) {
            throw Problem.unavailable(
                    "keys_unavailable", "The keys that verify access tokens cannot be read.");
        }
        return keys;
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
