package io.streamwire.devices;

import io.streamwire.devices.HomeAssistantStore.Token;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which workspaces show themselves to Home Assistant, and its tokens' hashes, in memory: no login
 * and no press waits for PostgreSQL. Thread-safe.
 */
final class HomeAssistantAccess {

    private final HomeAssistantStore store;
    private final Consumer<UUID> endSession;
    private final InstantSource clock;
    private final Map<UUID, Instant> uses = new ConcurrentHashMap<>();
    private volatile Set<UUID> enabled = Set.of();
    private volatile Map<UUID, Token> tokens = Map.of();

    /**
     * @param endSession of the client of a token
     */
    HomeAssistantAccess(HomeAssistantStore store, Consumer<UUID> endSession, InstantSource clock) {
        this.store = store;
        this.endSession = endSession;
        this.clock = clock;
    }

    /**
     * Reads everything again: a workspace has few of it, and most have none. Ends the sessions of
     * tokens that are no more: until now this instance let them in, whoever revoked them.
     */
    synchronized void refresh() {
        enabled = store.enabled();
        var before = tokens.keySet();
        tokens =
                store.tokens().stream()
                        .collect(Collectors.toUnmodifiableMap(Token::id, Function.identity()));
        before.stream().filter(id -> !tokens.containsKey(id)).forEach(endSession);
    }

    boolean enabled(UUID workspaceId) {
        return enabled.contains(workspaceId);
    }

    Set<UUID> enabled() {
        return enabled;
    }

    /** How many valid tokens a workspace has. */
    long tokens(UUID workspaceId) {
        return tokens.values().stream()
                .filter(token -> token.workspaceId().equals(workspaceId))
                .count();
    }

    /** The workspace of a client that has a valid token. */
    Optional<UUID> workspace(UUID client) {
        return Optional.ofNullable(tokens.get(client)).map(Token::workspaceId);
    }

    /** The token that a client shows, if it is a valid one of its own. */
    Optional<Token> authenticate(String clientId, String secret) {
        UUID id;
        try {
            id = UUID.fromString(clientId);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        var token = tokens.get(id);
        if (token == null
                || !id.toString().equals(clientId)
                || !MessageDigest.isEqual(
                        token.sha256().getBytes(StandardCharsets.US_ASCII),
                        DeviceCache.sha256(secret).getBytes(StandardCharsets.US_ASCII))) {
            return Optional.empty();
        }
        uses.put(id, clock.instant());
        return Optional.of(token);
    }

    /** Lets go of workspaces that are no more. */
    void leave(Collection<UUID> deleted) {
        for (var workspace : deleted) {
            if (tokens(workspace) > 0 || enabled(workspace)) {
                store.leave(workspace);
                refresh();
            }
        }
    }

    /** Writes down when tokens were used since the last call. */
    void writeUses() {
        var taken =
                uses.entrySet().stream()
                        .map(use -> new DeviceStore.TokenUse(use.getKey(), use.getValue()))
                        .toList();
        store.used(taken);
        taken.forEach(use -> uses.remove(use.id(), use.at()));
    }
}
