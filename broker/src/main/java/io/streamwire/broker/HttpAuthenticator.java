package io.streamwire.broker;

import io.streamwire.contract.Instances;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.ClientRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the devices service whether a token is good, and remembers a yes: for a short while, so that
 * a fleet that reconnects at once does not ask twice, and for a longer one that counts only while
 * the devices service does not answer. Guarded by {@code cache}'s own lock.
 */
final class HttpAuthenticator implements Authenticator {

    /** Longest wait for an answer. */
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(HttpAuthenticator.class.getName());

    /** Every instance of the devices service reads of a revocation within 3 s. */
    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(10);

    /** Most answers remembered at once. */
    private static final int CACHE_SIZE = 20_000;

    private final List<URI> authUrls;
    private volatile @Nullable URI answered; // the one that did last
    private final String serviceSecret;
    private final Memory memory;
    private final LongSupplier nanoTime;
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

    /**
     * Whose access was taken away a moment ago, and when. An instance of the devices service that
     * has not read of it yet still says yes, and when it has, nobody ends what is remembered here
     * if it dies meanwhile.
     */
    private final Map<UUID, Long> forgotten =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Long> eldest) {
                    return size() > CACHE_SIZE;
                }
            }; // guarded by cache

    /** Counts what was changed or forgotten: an answer from before that is not remembered. */
    private long changes; // guarded by cache

    HttpAuthenticator(
            List<URI> devicesUrls, String serviceSecret, Memory memory, LongSupplier nanoTime) {
        this.authUrls =
                devicesUrls.stream()
                        .map(url -> url.resolve("/internal/mqtt/authenticate"))
                        .toList();
        this.serviceSecret = serviceSecret;
        this.memory = memory;
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<DeviceIdentity> authenticate(Credentials credentials) {
        var key = key(credentials);
        var fresh = remembered(key, memory.cache());
        if (fresh.isPresent()) {
            return fresh;
        }
        long before;
        synchronized (cache) {
            before = changes;
        }
        Optional<DeviceIdentity> answer;
        try {
            answer = ask(credentials);
        } catch (UncheckedIOException e) {
            var stale = remembered(key, memory.grace());
            if (stale.isEmpty()) {
                throw e;
            }
            LOG.log(
                    Level.WARNING,
                    "client={0} authenticated=from_memory reason={1}",
                    stale.get().deviceId(),
                    e.getMessage());
            return stale;
        }
        synchronized (cache) {
            var _ = cache.remove(key); // it becomes the newest
            if (answer.isPresent() && before == changes && settled(answer.get().deviceId())) {
                cache.put(key, new Remembered(answer.get(), nanoTime.getAsLong()));
            }
        }
        return answer;
    }

    @Override
    public void forget(UUID deviceId) {
        synchronized (cache) {
            changes++;
            var _ = forgotten.remove(deviceId); // it becomes the newest
            forgotten.put(deviceId, nanoTime.getAsLong());
            cache.values().removeIf(answer -> answer.identity().deviceId().equals(deviceId));
        }
    }

    @Override
    public void setChildren(UUID bridge, Set<UUID> children) {
        synchronized (cache) {
            changes++;
            cache.replaceAll((_, answer) -> answer.withChildren(bridge, children));
        }
    }

    /** Whether every instance knows by now what a device's access is; guarded by cache. */
    private boolean settled(UUID deviceId) {
        var at = forgotten.get(deviceId);
        if (at == null) {
            return true;
        }
        if (nanoTime.getAsLong() - at < SETTLES_WITHIN.toNanos()) {
            return false;
        }
        forgotten.remove(deviceId);
        return true;
    }

    private Optional<DeviceIdentity> remembered(String key, Duration noOlderThan) {
        synchronized (cache) {
            var answer = cache.get(key);
            return answer == null || nanoTime.getAsLong() - answer.at() >= noOlderThan.toNanos()
                    ? Optional.empty()
                    : Optional.of(answer.identity());
        }
    }

    /** The instances, the one first that answered last. */
    private List<URI> instances() {
        var last = answered;
        return authUrls.stream()
                .flatMap(url -> Instances.of(url).stream())
                .distinct()
                .sorted(Comparator.comparing(url -> !url.equals(last)))
                .toList();
    }

    private Optional<DeviceIdentity> ask(Credentials credentials) {
        var failure = new UncheckedIOException(new IOException("nobody to ask"));
        for (var instance : instances()) {
            try {
                var answer = ask(instance, credentials);
                answered = instance;
                return answer;
            } catch (UncheckedIOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private Optional<DeviceIdentity> ask(URI authUrl, Credentials credentials) {
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
        } catch (Json.MalformedJson e) {
            throw new UncheckedIOException("cannot read " + authUrl, new IOException(e));
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

    private record Remembered(DeviceIdentity identity, long at) {
        Remembered withChildren(UUID bridge, Set<UUID> children) {
            return identity.deviceId().equals(bridge)
                    ? new Remembered(
                            new DeviceIdentity(
                                    identity.workspaceId(), bridge, children, identity.role()),
                            at)
                    : this;
        }
    }

    private record Question(String clientId, String username, String password) {
        static Question of(Credentials credentials) {
            return new Question(
                    credentials.clientId(), credentials.username(), credentials.password());
        }
    }

    private record Answer(
            boolean allow,
            @Nullable UUID workspaceId,
            @Nullable UUID deviceId,
            @Nullable Set<UUID> children,
            @Nullable ClientRole role) {
        Optional<DeviceIdentity> identity() {
            if (!allow || workspaceId == null || deviceId == null) {
                return Optional.empty();
            }
            return Optional.of(
                    new DeviceIdentity(
                            workspaceId,
                            deviceId,
                            children == null ? Set.of() : children,
                            role == null ? ClientRole.DEVICE : role));
        }
    }
}
