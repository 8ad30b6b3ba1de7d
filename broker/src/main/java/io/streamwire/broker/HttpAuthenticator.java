package io.streamwire.broker;

import io.streamwire.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks the devices service whether a token is good, and remembers a yes for a short while so that a
 * fleet that reconnects at once does not ask twice. Guarded by {@code cache}'s own lock.
 */
final class HttpAuthenticator implements Authenticator {

    /** Longest wait for an answer. */
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** How long a yes is remembered. */
    static final Duration REMEMBERED = Duration.ofSeconds(10);

    /** Most answers remembered at once. */
    private static final int CACHE_SIZE = 10_000;

    private final URI authUrl;
    private final String serviceSecret;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    /** By the SHA-256 of the credentials, so that no token stays in memory. */
    private final Map<String, Remembered> cache =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Remembered> eldest) {
                    return size() > CACHE_SIZE;
                }
            };

    HttpAuthenticator(URI devicesUrl, String serviceSecret) {
        this.authUrl = devicesUrl.resolve("/internal/mqtt/authenticate");
        this.serviceSecret = serviceSecret;
    }

    @Override
    public Optional<DeviceIdentity> authenticate(Credentials credentials) {
        var key = key(credentials);
        var remembered = remembered(key);
        if (remembered != null) {
            return Optional.of(remembered);
        }
        var identity = ask(credentials);
        identity.ifPresent(known -> {
            synchronized (cache) {
                cache.put(key, new Remembered(known, System.nanoTime() + REMEMBERED.toNanos()));
            }
        });
        return identity;
    }

    @Override
    public void forget(UUID deviceId) {
        synchronized (cache) {
            cache.values().removeIf(answer -> answer.identity().deviceId().equals(deviceId));
        }
    }

    private @Nullable DeviceIdentity remembered(String key) {
        synchronized (cache) {
            var answer = cache.get(key);
            if (answer == null) {
                return null;
            }
            if (answer.until() - System.nanoTime() <= 0) {
                cache.remove(key);
                return null;
            }
            return answer.identity();
        }
    }

    private Optional<DeviceIdentity> ask(Credentials credentials) {
        var request =
                HttpRequest.newBuilder(authUrl)
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .header(BrokerApi.SECRET_HEADER, serviceSecret)
                        .POST(BodyPublishers.ofByteArray(Json.writeBytes(Question.of(credentials))))
                        .build();
        try {
            var response = http.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException("answered " + response.statusCode());
            }
            return Json.read(response.body(), Answer.class).identity();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask " + authUrl, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + authUrl, e);
        }
    }

    private static String key(Credentials credentials) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var part :
                    new String[] {
                        credentials.clientId(), credentials.username(), credentials.password()
                    }) {
                digest.update((part.length() + ":" + part).getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private record Remembered(DeviceIdentity identity, long until) {}

    private record Question(String clientId, String username, String password) {
        static Question of(Credentials credentials) {
            return new Question(
                    credentials.clientId(), credentials.username(), credentials.password());
        }
    }

    private record Answer(boolean allow, @Nullable UUID workspaceId, @Nullable UUID deviceId) {
        Optional<DeviceIdentity> identity() {
            if (!allow || workspaceId == null || deviceId == null) {
                return Optional.empty();
            }
            return Optional.of(new DeviceIdentity(workspaceId, deviceId));
        }
    }
}
