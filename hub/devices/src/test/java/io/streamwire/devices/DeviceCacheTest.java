package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.service.Database;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What two instances know of one database. */
@ExtendWith(Rig.Extension.class)
class DeviceCacheTest {

    private final Member member;
    private final Database database;
    private final DeviceStore store;
    private final DeviceCache cache;
    private final List<UUID> withdrawn = new CopyOnWriteArrayList<>();
    private final List<UUID> bridges = new CopyOnWriteArrayList<>();

    DeviceCacheTest(Rig rig) {
        member = Member.owner(rig);
        database = rig.database();
        store = new DeviceStore(database);
        cache = new DeviceCache(store, InstantSource.system());
        cache.onChanged(withdrawn::add, (_, bridge) -> bridges.add(bridge));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private UUID create(Map<String, Object> device) {
        return UUID.fromString(member.post("/devices", device).text("/id"));
    }

    private boolean knows(UUID device, String token) {
        return cache.authenticate(device.toString(), token).isPresent();
    }

    @Test
    void aReadingThatBeganBeforeARevocationDoesNotUndoIt() {
        var device = member.device("Motor");
        var secret = member.token(device);
        cache.refresh();
        assertThat(knows(device, secret)).isTrue();
        var read = store.changedTokens(Instant.EPOCH);
        var token = read.stream().filter(one -> one.deviceId().equals(device)).findAny();
        var id = token.orElseThrow().id();

        assertThat(store.revoke(member.workspace, id)).isTrue();
        cache.put(store.token(member.workspace, id).orElseThrow());
        read.forEach(cache::take);

        assertThat(knows(device, secret)).isFalse();
        cache.refresh();
        assertThat(knows(device, secret)).isFalse();
        assertThat(withdrawn).as("whoever revokes ends the session").isEmpty();
    }

    @Test
    void aReadingThatBeganBeforeADeletionDoesNotUndoIt() {
        var device = member.device("Motor");
        cache.refresh();
        var read = store.device(member.workspace, device).orElseThrow();

        assertThat(store.delete(member.workspace, device, read.version())).isTrue();
        cache.put(new DeviceStore.Change(read, true));
        cache.take(new DeviceStore.Change(read, false));

        assertThat(cache.known(device)).isEmpty();
        assertThat(cache.devices(member.workspace)).isEmpty();
    }

    @Test
    void whatAnotherInstanceWithdrewIsTold() {
        var revoked = member.device("Revoked");
        var _ = member.token(revoked);
        var archived = member.device("Archived");
        var deleted = member.device("Deleted");
        var kept = member.device("Kept");
        var _ = member.token(kept);
        cache.refresh();
        assertThat(withdrawn).isEmpty();

        var token =
                store.changedTokens(Instant.EPOCH).stream()
                        .filter(one -> one.deviceId().equals(revoked))
                        .findAny()
                        .orElseThrow();
        assertThat(store.revoke(member.workspace, token.id())).isTrue();
        assertThat(store.archive(member.workspace, archived, true, 1)).isTrue();
        assertThat(store.delete(member.workspace, deleted, 1)).isTrue();
        cache.refresh();
        cache.refresh();

        assertThat(withdrawn).containsExactlyInAnyOrder(revoked, archived, deleted);
        assertThat(bridges).isEmpty();
    }

    @Test
    void whatAnotherInstanceTookOffABridgeIsTold() {
        var bridge = create(Map.of("name", "Bridge", "board", "bridge"));
        cache.refresh();
        var child = create(Map.of("name", "Child", "board", "uno", "parent_id", bridge));
        cache.refresh();
        assertThat(bridges).containsExactly(bridge);

        assertThat(store.archive(member.workspace, child, true, 1)).isTrue();
        cache.refresh();

        assertThat(bridges).containsExactly(bridge, bridge);
        assertThat(withdrawn).isEmpty();
    }
}
