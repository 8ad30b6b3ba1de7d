package io.streamwire.devices;

import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Json;
import io.streamwire.devices.Rollout.Progress;
import io.streamwire.devices.Rollout.Target;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Firmware, the keys that sign it and its roll-outs in PostgreSQL. */
final class FirmwareStore {

    /** Bytes of one piece of an image. */
    static final int PIECE = 256 * 1_024;

    /** Keys of one workspace, most. */
    static final int MOST_KEYS = 20;

    private final Database database;

    FirmwareStore(Database database) {
        this.database = database;
    }

    /** Adds a key; false when there are too many, or it is there. */
    boolean insert(UUID workspaceId, Firmware.Key key) {
        return database.client()
                        .execute()
                        .createNamedInsert("insert-firmware-key")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("workspace2", workspaceId.toString())
                        .addParam("id", key.id())
                        .addParam("name", key.name())
                        .addParam("key", key.publicKey())
                        .addParam("most", MOST_KEYS)
                        .execute()
                == 1;
    }

    List<Firmware.Key> keys(UUID workspaceId) {
        return database.client()
                .execute()
                .createNamedQuery("select-firmware-keys")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .map(row ->
                        new Firmware.Key(
                                Columns.text(row, "id"),
                                Columns.text(row, "name"),
                                Columns.text(row, "public_key"),
                                Columns.instant(row, "created_at")))
                .toList();
    }

    boolean deleteKey(UUID workspaceId, String id) {
        return database.transaction(transaction -> {
            var deleted =
                    transaction
                            .createNamedDelete("delete-firmware-key")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("id", id)
                            .execute();
            var cancelled =
                    transaction
                            .createNamedUpdate("cancel-rollouts-of-key")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("workspace2", workspaceId.toString())
                            .addParam("id", id)
                            .execute();
            if (cancelled > 0) {
                withdraw(transaction, workspaceId);
            }
            return deleted == 1;
        });
    }

    /** What roll-outs that are over have offered and nobody has begun to fetch. */
    private static void withdraw(DbTransaction transaction, UUID workspaceId) {
        var _ =
                transaction
                        .createNamedUpdate("withdraw-offers")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("workspace2", workspaceId.toString())
                        .execute();
    }

    /** Adds an image; false when this version is there, or there are {@code most} already. */
    boolean insert(Firmware firmware, byte[] image, int most) {
        return database.transaction(transaction -> {
            var inserted =
                    transaction
                            .createNamedInsert("insert-firmware")
                            .addParam("id", firmware.id().toString())
                            .addParam("workspace", firmware.workspaceId().toString())
                            .addParam("workspace2", firmware.workspaceId().toString())
                            .addParam("board", firmware.board())
                            .addParam("version", firmware.version())
                            .addParam("size", firmware.size())
                            .addParam("sha256", firmware.sha256())
                            .addParam("key", firmware.keyId())
                            .addParam("signature", firmware.signature())
                            .addParam("most", most)
                            .execute();
            if (inserted == 0) {
                return false;
            }
            for (int piece = 0; piece * PIECE < image.length; piece++) {
                var from = piece * PIECE;
                var data = Arrays.copyOfRange(image, from, Math.min(image.length, from + PIECE));
                var _ =
                        transaction
                                .createNamedInsert("insert-firmware-piece")
                                .addParam("id", firmware.id().toString())
                                .addParam("piece", piece)
                                .addParam("data", data)
                                .execute();
            }
            return true;
        });
    }

    Optional<Firmware> firmware(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("select-firmware")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(FirmwareStore::firmware);
    }

    Optional<Firmware> firmware(UUID workspaceId, String board, String version) {
        return database.client()
                .execute()
                .createNamedGet("select-firmware-version")
                .addParam("workspace", workspaceId.toString())
                .addParam("board", board)
                .addParam("version", version)
                .execute()
                .map(FirmwareStore::firmware);
    }

    List<Firmware> firmware(UUID workspaceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("select-firmwares")
                .addParam("workspace", workspaceId.toString())
                .addParam("after", text(page.cursorId().orElse(null)))
                .addParam("rows", page.rows())
                .execute()
                .map(FirmwareStore::firmware)
                .toList();
    }

    /** A firmware that was offered to a device which has not installed it yet. */
    Optional<Firmware> offered(UUID workspaceId, UUID deviceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("select-offered-firmware")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .addParam("device", deviceId.toString())
                .execute()
                .map(FirmwareStore::firmware);
    }

    /** A piece of an image; empty behind the last one, or when it was deleted. */
    Optional<byte[]> piece(UUID id, int piece) {
        return database.client()
                .execute()
                .createNamedGet("select-firmware-piece")
                .addParam("id", id.toString())
                .addParam("piece", piece)
                .execute()
                .map(row -> row.column("data").get(byte[].class));
    }

    /** Deletes an image with its past roll-outs; false when one is under way, or it is gone. */
    boolean delete(UUID workspaceId, UUID id) {
        return database.client()
                        .execute()
                        .createNamedDelete("delete-firmware")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .execute()
                == 1;
    }

    private record TargetRow(
            UUID rolloutId, UUID deviceId, UUID workspaceId, String version, int stage) {}

    /**
     * Begins a roll-out.
     *
     * @return the devices that another one is under way for: then nothing was begun
     */
    Set<UUID> insert(Rollout rollout, String version, List<UUID> devices) {
        return database.transaction(transaction -> {
            var workspace = rollout.workspaceId().toString();
            var _ =
                    transaction
                            .createNamedGet("lock-workspace-rollouts")
                            .addParam("workspace", workspace)
                            .execute();
            var busy = new HashSet<UUID>();
            transaction
                    .createNamedQuery("select-busy-devices")
                    .addParam("workspace", workspace)
                    .execute()
                    .forEach(row -> busy.add(Columns.uuid(row, "device_id")));
            busy.retainAll(Set.copyOf(devices));
            if (!busy.isEmpty()) {
                return busy;
            }
            var inserted =
                    transaction
                            .createNamedInsert("insert-rollout")
                            .addParam("id", rollout.id().toString())
                            .addParam("workspace", workspace)
                            .addParam("firmware", rollout.firmwareId().toString())
                            .addParam("stages", Json.write(rollout.stages()))
                            .addParam("wait", rollout.waitMs())
                            .addParam("failures", rollout.maxFailures())
                            .execute();
            if (inserted == 1) {
                var rows = new ArrayList<TargetRow>();
                for (int place = 0; place < devices.size(); place++) {
                    rows.add(
                            new TargetRow(
                                    rollout.id(),
                                    devices.get(place),
                                    rollout.workspaceId(),
                                    version,
                                    Rollout.stageOf(place, devices.size(), rollout.stages())));
                }
                var _ =
                        transaction
                                .createNamedInsert("insert-rollout-devices")
                                .addParam("rows", Json.writeBytes(rows))
                                .execute();
            }
            return Set.of();
        });
    }

    Optional<Rollout> rollout(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("select-rollout")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(FirmwareStore::rollout);
    }

    List<Rollout> rollouts(UUID workspaceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("select-rollouts")
                .addParam("workspace", workspaceId.toString())
                .addParam("after", text(page.cursorId().orElse(null)))
                .addParam("rows", page.rows())
                .execute()
                .map(FirmwareStore::rollout)
                .toList();
    }

    /** Every roll-out that is not over, of whatever workspace. */
    List<Rollout> open() {
        return database.client()
                .execute()
                .createNamedQuery("running-rollouts")
                .execute()
                .map(FirmwareStore::rollout)
                .toList();
    }

    List<Target> targets(UUID workspaceId, UUID rolloutId) {
        return database.client()
                .execute()
                .createNamedQuery("select-rollout-devices")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", rolloutId.toString())
                .execute()
                .map(FirmwareStore::target)
                .toList();
    }

    /** Moves a roll-out from one state to another; false when it was in a third one. */
    boolean move(Rollout rollout, Rollout.State from, Rollout.State to, @Nullable String reason) {
        return database.transaction(transaction -> {
            var moved =
                    transaction
                            .createNamedUpdate("move-rollout")
                            .addParam("workspace", rollout.workspaceId().toString())
                            .addParam("id", rollout.id().toString())
                            .addParam("state", to.toString())
                            .addParam("reason", reason)
                            .addParam("before", from.toString())
                            .execute();
            if (moved == 1 && (to == Rollout.State.CANCELLED || to == Rollout.State.FAILED)) {
                withdraw(transaction, rollout.workspaceId());
            }
            return moved == 1;
        });
    }

    void finishStage(Rollout rollout) {
        stage("finish-stage", rollout);
    }

    void nextStage(Rollout rollout) {
        stage("next-stage", rollout);
    }

    private void stage(String statement, Rollout rollout) {
        var _ =
                database.client()
                        .execute()
                        .createNamedUpdate(statement)
                        .addParam("workspace", rollout.workspaceId().toString())
                        .addParam("id", rollout.id().toString())
                        .addParam("stage", rollout.stage())
                        .execute();
    }

    /** Notes that a device is being offered the firmware; false when somebody else did. */
    boolean offer(Rollout rollout, UUID deviceId, @Nullable String fromVersion) {
        return database.client()
                        .execute()
                        .createNamedUpdate("offer-to-device")
                        .addParam("workspace", rollout.workspaceId().toString())
                        .addParam("id", rollout.id().toString())
                        .addParam("device", deviceId.toString())
                        .addParam("from", fromVersion)
                        .execute()
                == 1;
    }

    /** The offer did not reach the device: it is made again later. */
    void waitFor(Rollout rollout, UUID deviceId, @Nullable String reason) {
        var _ =
                database.client()
                        .execute()
                        .createNamedUpdate("wait-for-device")
                        .addParam("workspace", rollout.workspaceId().toString())
                        .addParam("id", rollout.id().toString())
                        .addParam("device", deviceId.toString())
                        .addParam("reason", reason)
                        .execute();
    }

    void move(Rollout rollout, UUID deviceId, Progress to, @Nullable String reason) {
        var _ =
                database.client()
                        .execute()
                        .createNamedUpdate("move-rollout-device")
                        .addParam("workspace", rollout.workspaceId().toString())
                        .addParam("id", rollout.id().toString())
                        .addParam("device", deviceId.toString())
                        .addParam("state", to.toString())
                        .addParam("rank", to.rank())
                        .addParam("rank2", to.rank())
                        .addParam("reason", reason)
                        .execute();
    }

    /** Takes in what a device says of a version. */
    void reported(
            UUID workspaceId,
            UUID deviceId,
            String version,
            Progress progress,
            @Nullable Integer pct,
            @Nullable String reason) {
        var _ =
                database.client()
                        .execute()
                        .createNamedUpdate("device-reported")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("workspace2", workspaceId.toString())
                        .addParam("device", deviceId.toString())
                        .addParam("device2", deviceId.toString())
                        .addParam("version", version)
                        .addParam("version2", version)
                        .addParam("state", progress.toString())
                        .addParam("rank", progress.rank())
                        .addParam("rank2", progress.rank())
                        .addParam("pct", (Object) pct)
                        .addParam("reason", reason)
                        .execute();
    }

    /** A device cannot take it just now: it is offered again later. */
    void refused(UUID workspaceId, UUID deviceId, String version, String reason) {
        var _ =
                database.client()
                        .execute()
                        .createNamedUpdate("device-refused")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("device", deviceId.toString())
                        .addParam("version", version)
                        .addParam("reason", reason)
                        .execute();
    }

    private static Firmware firmware(DbRow row) {
        return new Firmware(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.text(row, "board"),
                Columns.text(row, "version"),
                Columns.number(row, "size"),
                Columns.text(row, "sha256"),
                Columns.text(row, "key_id"),
                Columns.text(row, "signature"),
                Columns.instant(row, "created_at"));
    }

    private static Rollout rollout(DbRow row) {
        return new Rollout(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.uuid(row, "firmware_id"),
                Rollout.State.valueOf(Columns.text(row, "state").toUpperCase(Locale.ROOT)),
                Columns.textOrNull(row, "reason"),
                List.of(Json.read(Columns.text(row, "stages"), Integer[].class)),
                (int) Columns.number(row, "stage"),
                Columns.number(row, "wait_ms"),
                (int) Columns.number(row, "max_failures"),
                Columns.instantOrNull(row, "stage_done_at"),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "updated_at"));
    }

    private static Target target(DbRow row) {
        Number pct = row.column("pct").get(Number.class);
        return new Target(
                Columns.uuid(row, "device_id"),
                (int) Columns.number(row, "stage"),
                Progress.valueOf(Columns.text(row, "state").toUpperCase(Locale.ROOT)),
                integer(pct),
                Columns.textOrNull(row, "reason"),
                Columns.textOrNull(row, "from_version"),
                Columns.instant(row, "updated_at"));
    }

    private static @Nullable Integer integer(@Nullable Number number) {
        return number == null ? null : number.intValue();
    }

    private static @Nullable String text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }
}
