package io.streamwire.devices;

import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Envelope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All devices, what they can do and their tokens' hashes, in memory: nothing on a command's way, no
 * stop and no login of a board waits for PostgreSQL. Filled at the start, then by reading what
 * changed. Thread-safe.
 */
final class DeviceCache {

    /** Read again each time: a change becomes visible when it is committed, later than its time. */
    private static final Duration OVERLAP = Duration.ofSeconds(15);

    private final DeviceStore store;
    private final InstantSource clock;
    private final Map<UUID, Known> devices = new ConcurrentHashMap<>();
    private final Map<UUID, Set<UUID>> workspaces = new ConcurrentHashMap<>();

    /** By workspace and tag, the devices in use; put together when asked for after a change. */
    private final Map<UUID, Map<String, List<UUID>>> tagged = new ConcurrentHashMap<>();

    /** What boards said that they can do, as far as the database is not known to have it. */
    private final Map<UUID, Capabilities> told = new ConcurrentHashMap<>();

    private final Map<UUID, Map<UUID, Secret>> tokens = new ConcurrentHashMap<>();

    /** When tokens were used since that was last written down. */
    private final Map<UUID, Instant> uses = new ConcurrentHashMap<>();

    /** Deleted and revoked here; a reading that began before still brings them as they were. */
    private final Set<UUID> ended = ConcurrentHashMap.newKeySet();

    private volatile Consumer<Device> gone = _ -> {};
    private volatile Consumer<UUID> withdrawn = _ -> {};
    private volatile BiConsumer<UUID, UUID> hung = (_, _) -> {};

    private Instant readUpTo = Instant.EPOCH; // guarded by this

    /**
     * A device and its compiled limits.
     *
     * @param capabilities the board's latest ones, which may be newer than those in the database
     * @param envelope null before the board has described itself
     */
    record Known(Device device, @Nullable Capabilities capabilities, @Nullable Envelope envelope) {

        static Known of(Device device) {
            return of(device, device.capabilities());
        }

        static Known of(Device device, @Nullable Capabilities capabilities) {
            return new Known(
                    device,
                    capabilities,
                    capabilities == null ? null : Envelope.compile(capabilities, device.limits()));
        }
    }

    /** What a valid token hashes to, and until when it is one. */
    private record Secret(String sha256, @Nullable Instant expiresAt) {

        boolean expired(Instant now) {
            return expiresAt != null && !expiresAt.isAfter(now);
        }
    }

    DeviceCache(DeviceStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Who is told of every device that is no more. */
    void onGone(Consumer<Device> gone) {
        this.gone = gone;
    }

    /**
     * Who is told of what another instance has changed: until it was read here, this one answered
     * logins as before, also after the other one had ended the session.
     *
     * @param withdrawn of a client that may no longer connect, or lost a token
     * @param hung of a workspace and a bridge that a board hangs on now, or no longer
     */
    void onChanged(Consumer<UUID> withdrawn, BiConsumer<UUID, UUID> hung) {
        this.withdrawn = withdrawn;
        this.hung = hung;
    }

    /** Reads what changed since the last time; everything at first. */
    synchronized void refresh() {
        var first = readUpTo.equals(Instant.EPOCH);
        var since = first ? readUpTo : readUpTo.minus(OVERLAP);
        var newest = readUpTo;
        var before = Set.copyOf(ended);
        for (var change : store.changedDevices(since)) {
            var device = change.device();
            var known = devices.get(device.id());
            take(change);
            if (!first) {
                compare(device, known, devices.get(device.id()));
            }
            if (device.updatedAt().isAfter(newest)) {
                newest = device.updatedAt();
            }
        }
        for (var token : store.changedTokens(since)) {
            if (take(token)) {
                withdrawn.accept(token.deviceId());
            }
        }
        readUpTo = newest;
        ended.removeAll(before);
    }

    private void compare(Device device, @Nullable Known before, @Nullable Known now) {
        var wasInUse = before != null && !before.device().archived();
        var isInUse = now != null && !now.device().archived();
        if (wasInUse == isInUse) {
            return;
        }
        var bridge = device.parentId();
        if (bridge != null) { // it never changes
            hung.accept(device.workspaceId(), bridge);
        } else if (wasInUse) {
            withdrawn.accept(device.id());
        }
    }

    /** Takes in a device that was just written. */
    void put(DeviceStore.Change change) {
        if (change.deleted()) {
            ended.add(change.device().id());
        }
        take(change);
    }

    /** Takes in a row of the database, which may be older than what is known. */
    void take(DeviceStore.Change change) {
        var device = change.device();
        if (change.deleted()) {
            remove(device);
            return;
        }
        var _ =
                devices.compute(
                        device.id(),
                        (id, known) -> {
                            if (ended.contains(id)) {
                                return known;
                            }
                            ids(device.workspaceId()).add(id);
                            return known != null
                                            && device.updatedAt().equals(known.device().updatedAt())
                                    ? known
                                    : merged(known, device);
                        });
        tagged.remove(device.workspaceId());
    }

    private void remove(Device device) {
        var known = devices.remove(device.id());
        told.remove(device.id());
        tokens.remove(device.id());
        ids(device.workspaceId()).remove(device.id());
        tagged.remove(device.workspaceId());
        if (known != null) {
            gone.accept(known.device());
        }
    }

    private Set<UUID> ids(UUID workspaceId) {
        return workspaces.computeIfAbsent(workspaceId, _ -> ConcurrentHashMap.newKeySet());
    }

    /** The database may not have yet what the board has told us, or an older one. */
    private Known merged(@Nullable Known known, Device device) {
        if (known != null && device.updatedAt().isBefore(known.device().updatedAt())) {
            return known;
        }
        var said = told.get(device.id());
        if (said == null) {
            return Known.of(device);
        }
        if (said.equals(device.capabilities())) {
            told.remove(device.id(), said);
        }
        return Known.of(device, said);
    }

    /** Takes in a token that was just written. */
    void put(DeviceStore.Token token) {
        if (token.revokedAt() != null) {
            ended.add(token.id());
        }
        var _ = take(token);
    }

    /**
     * Takes in a row of the database, which may be older than what is known; whether a token is
     * valid no longer.
     */
    boolean take(DeviceStore.Token token) {
        if (token.revokedAt() != null) {
            var secrets = tokens.get(token.deviceId());
            return secrets != null && secrets.remove(token.id()) != null;
        }
        var secret = new Secret(token.sha256(), token.expiresAt());
        if (secret.expired(clock.instant())) {
            return false; // what is known of it stays until its session has been ended, once
        }
        var _ =
                tokens.computeIfAbsent(token.deviceId(), _ -> new ConcurrentHashMap<>())
                        .compute(token.id(), (id, known) -> ended.contains(id) ? known : secret);
        return false;
    }

    /** Takes in what a board says it can do, before the database has it. */
    Optional<Known> describe(UUID id, Capabilities capabilities) {
        return Optional.ofNullable(
                devices.computeIfPresent(
                        id,
                        (_, known) -> {
                            told.put(id, capabilities);
                            return Known.of(known.device(), capabilities);
                        }));
    }

    /** A device of a workspace. */
    Optional<Known> find(UUID workspaceId, UUID id) {
        return Optional.ofNullable(devices.get(id))
                .filter(known -> known.device().workspaceId().equals(workspaceId));
    }

    /** A device of whatever workspace. */
    Optional<Known> known(UUID id) {
        return Optional.ofNullable(devices.get(id));
    }

    /** The ids of a workspace's devices that are in use. */
    List<UUID> devices(UUID workspaceId) {
        return workspaces.getOrDefault(workspaceId, Set.of()).stream()
                .filter(id -> {
                    var known = devices.get(id);
                    return known != null && !known.device().archived();
                })
                .toList();
    }

    /** The ids of a workspace's devices that are in use and carry a tag, in their order. */
    List<UUID> tagged(UUID workspaceId, String tag) {
        return tagged.computeIfAbsent(workspaceId, this::byTag).getOrDefault(tag, List.of());
    }

    private Map<String, List<UUID>> byTag(UUID workspaceId) {
        var byTag = new HashMap<String, List<UUID>>();
        for (var id : devices(workspaceId).stream().sorted().toList()) {
            var known = devices.get(id);
            if (known != null) {
                for (var tag : known.device().tags()) {
                    byTag.computeIfAbsent(tag, _ -> new ArrayList<>()).add(id);
                }
            }
        }
        return byTag;
    }

    /** How many devices a workspace has, those out of use too. */
    int count(UUID workspaceId) {
        return workspaces.getOrDefault(workspaceId, Set.of()).size();
    }

    /** How many valid tokens a workspace has. */
    int tokens(UUID workspaceId) {
        return workspaces.getOrDefault(workspaceId, Set.of()).stream()
                .mapToInt(id -> tokens.getOrDefault(id, Map.of()).size())
                .sum();
    }

    /** The tags of all of a workspace's devices but one. */
    Set<String> tagsBeside(UUID workspaceId, UUID device) {
        return workspaces.getOrDefault(workspaceId, Set.of()).stream()
                .filter(id -> !id.equals(device))
                .flatMap(id -> find(workspaceId, id).stream())
                .flatMap(known -> known.device().tags().stream())
                .collect(Collectors.toSet());
    }

    /** Every device. */
    List<Known> all() {
        return List.copyOf(devices.values());
    }

    /** The boards that hang on a bridge. */
    Set<UUID> children(UUID workspaceId, UUID bridge) {
        return devices(workspaceId).stream()
                .filter(id ->
                        find(workspaceId, id)
                                .filter(child -> bridge.equals(child.device().parentId()))
                                .isPresent())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The boards that hang on a device, those out of use too. */
    List<Device> hanging(Device bridge) {
        return workspaces.getOrDefault(bridge.workspaceId(), Set.of()).stream()
                .flatMap(id -> find(bridge.workspaceId(), id).stream())
                .map(Known::device)
                .filter(child -> bridge.id().equals(child.parentId()))
                .toList();
    }

    /** The boards that hang on a device: none, unless it is a bridge. */
    Set<UUID> childrenOf(Device device) {
        return device.board().equals(Device.BRIDGE)
                ? children(device.workspaceId(), device.id())
                : Set.of();
    }

    /** The workspace of a device that shows a valid token. */
    Optional<Device> authenticate(String clientId, String token) {
        UUID id;
        try {
            id = UUID.fromString(clientId);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        var known = devices.get(id);
        if (known == null
                || !id.toString().equals(clientId)
                || known.device().archived()
                || known.device().parentId() != null) { // its bridge speaks for it
            return Optional.empty();
        }
        var found = token(id, token);
        found.ifPresent(tokenId -> uses.put(tokenId, clock.instant()));
        return found.map(_ -> known.device());
    }

    /** The id of a token of a device; empty when the device has none like it, or not any more. */
    Optional<UUID> token(UUID deviceId, String token) {
        var now = clock.instant();
        var given = sha256(token).getBytes(StandardCharsets.US_ASCII);
        return tokens.getOrDefault(deviceId, Map.of()).entrySet().stream()
                .filter(entry -> !entry.getValue().expired(now))
                .filter(entry ->
                        MessageDigest.isEqual(
                                given,
                                entry.getValue().sha256().getBytes(StandardCharsets.US_ASCII)))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The device that shows a valid token without its id. */
    Optional<Device> authenticate(String token) {
        var given = sha256(token);
        return tokens.entrySet().stream()
                .filter(ofDevice ->
                        ofDevice.getValue().values().stream()
                                .anyMatch(secret -> secret.sha256().equals(given)))
                .findFirst()
                .flatMap(ofDevice -> authenticate(ofDevice.getKey().toString(), token));
    }

    /** Drops the tokens whose time is over; the devices that had one. */
    Set<UUID> expire() {
        var now = clock.instant();
        var expired = new HashSet<UUID>();
        tokens.forEach((device, secrets) -> {
            if (secrets.values().removeIf(secret -> secret.expired(now))) {
                expired.add(device);
            }
        });
        return expired;
    }

    /** When tokens were used since the last call. */
    List<DeviceStore.TokenUse> takeUses() {
        var taken = new ArrayList<DeviceStore.TokenUse>();
        uses.forEach((id, at) -> {
            if (uses.remove(id, at)) {
                taken.add(new DeviceStore.TokenUse(id, at));
            }
        });
        return taken;
    }

    /** Keeps uses that could not be written down for the next time. */
    void giveBack(List<DeviceStore.TokenUse> taken) {
        taken.forEach(use -> uses.putIfAbsent(use.id(), use.at()));
    }

    /** What is kept of a token, hex. */
    static String sha256(String token) {
        return sha256(token.getBytes(StandardCharsets.UTF_8));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
