package io.streamwire.devices;

import io.helidon.dbclient.DbRow;
import io.streamwire.devices.DeviceStore.Token;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Claims in PostgreSQL. */
final class ClaimStore {

    /** Open claims of one workspace. */
    private static final int MOST = 100;

    private final Database database;

    ClaimStore(Database database) {
        this.database = database;
    }

    /** How far a claim is. */
    enum State {
        OPEN,
        /** A board has shown the code, a member has to confirm it. */
        WAITING,
        CONFIRMED,
        DONE,
        EXPIRED
    }

    /**
     * A place for a board that is yet to come.
     *
     * @param hardwareUuid of the board that came
     * @param deviceId once it is a device
     */
    record Claim(
            UUID id,
            UUID workspaceId,
            String name,
            String board,
            @Nullable String hardwareUuid,
            @Nullable UUID deviceId,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant confirmedAt,
            @Nullable Instant usedAt) {

        State state(Instant now) {
            if (usedAt != null) {
                return State.DONE;
            }
            if (!now.isBefore(expiresAt)) {
                return State.EXPIRED;
            }
            if (confirmedAt != null) {
                return State.CONFIRMED;
            }
            return hardwareUuid == null ? State.OPEN : State.WAITING;
        }
    }

    /** Adds a claim; false when there is one with this id, or there are too many. */
    boolean insert(Claim claim, String secretHash, String codeHash) {
        return database.client()
                        .execute()
                        .createNamedInsert("insert-claim")
                        .addParam("id", claim.id().toString())
                        .addParam("workspace", claim.workspaceId().toString())
                        .addParam("name", claim.name())
                        .addParam("board", claim.board())
                        .addParam("secret", secretHash)
                        .addParam("code", codeHash)
                        .addParam("created", Columns.parameter(claim.createdAt()))
                        .addParam("expires", Columns.parameter(claim.expiresAt()))
                        .addParam("most", MOST)
                        .execute()
                == 1;
    }

    Optional<Claim> claim(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("select-claim")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(ClaimStore::claim);
    }

    /** The open claim of a secret. */
    Optional<Claim> bySecret(String hash, Instant now) {
        return by("select-claim-by-secret", hash, now);
    }

    /** The claim that a ticket waits for. */
    Optional<Claim> byTicket(String hash, Instant now) {
        return by("select-claim-by-ticket", hash, now);
    }

    private Optional<Claim> by(String statement, String hash, Instant now) {
        return database.client()
                .execute()
                .createNamedGet(statement)
                .addParam("hash", hash)
                .addParam("now", Columns.parameter(now))
                .execute()
                .map(ClaimStore::claim);
    }

    /** A board shows a code: its ticket waits from now on; false when no open claim has it. */
    boolean typed(String codeHash, String ticketHash, String hardwareUuid, Instant now) {
        return database.client()
                        .execute()
                        .createNamedUpdate("type-claim")
                        .addParam("hash", codeHash)
                        .addParam("ticket", ticketHash)
                        .addParam("hardware", hardwareUuid)
                        .addParam("now", Columns.parameter(now))
                        .execute()
                == 1;
    }

    /** A member says that it is the right board; false when none waits. */
    boolean confirm(UUID workspaceId, UUID id, Instant now) {
        return change("confirm-claim", workspaceId, id, now);
    }

    /** Ends a claim that nobody has used; false when there is none. */
    boolean cancel(UUID workspaceId, UUID id, Instant now) {
        return change("cancel-claim", workspaceId, id, now);
    }

    private boolean change(String statement, UUID workspaceId, UUID id, Instant now) {
        return database.client()
                        .execute()
                        .createNamedUpdate(statement)
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("now", Columns.parameter(now))
                        .execute()
                == 1;
    }

    /** Turns a claim into a device with a token, once; false when it was used or is over. */
    boolean use(Claim claim, Device device, Token token, Instant now) {
        return database.transaction(transaction -> {
            var used =
                    transaction
                            .createNamedUpdate("use-claim")
                            .addParam("id", claim.id().toString())
                            .addParam("device", device.id().toString())
                            .addParam("hardware", device.hardwareUuid())
                            .addParam("now", Columns.parameter(now))
                            .execute();
            if (used == 0) {
                return false;
            }
            var _ =
                    transaction
                            .createNamedInsert("insert-device")
                            .addParam("id", device.id().toString())
                            .addParam("workspace", device.workspaceId().toString())
                            .addParam("name", device.name())
                            .addParam("board", device.board())
                            .addParam("parent", (String) null)
                            .addParam("hardware", device.hardwareUuid())
                            .execute();
            var _ =
                    transaction
                            .createNamedInsert("insert-token")
                            .addParam("id", token.id().toString())
                            .addParam("workspace", token.workspaceId().toString())
                            .addParam("device", token.deviceId().toString())
                            .addParam("name", token.name())
                            .addParam("prefix", token.prefix())
                            .addParam("sha256", token.sha256())
                            .addParam("expires", (String) null)
                            .execute();
            return true;
        });
    }

    private static Claim claim(DbRow row) {
        return new Claim(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.text(row, "name"),
                Columns.text(row, "board"),
                Columns.textOrNull(row, "hardware_uuid"),
                Columns.uuidOrNull(row, "device_id"),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "expires_at"),
                Columns.instantOrNull(row, "confirmed_at"),
                Columns.instantOrNull(row, "used_at"));
    }
}
