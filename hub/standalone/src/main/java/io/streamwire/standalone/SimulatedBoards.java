package io.streamwire.standalone;

import io.helidon.config.Config;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.mqtt.ClientRole;
import io.streamwire.devices.Devices;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Configuration;
import io.streamwire.service.Deadline;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Round;
import io.streamwire.service.Routes;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Virtual boards for whoever has no hardware yet: each is a device like any other, with a token of
 * its own, and connects over MQTT. They are kept in the data directory and come back after a
 * restart, and go when their device or its token does. Its lock guards which boards there are.
 */
final class SimulatedBoards implements Api, AutoCloseable {

    private static final String BOARDS = "/api/v1/simulators/boards";

    private static final Duration BODY = Duration.ofSeconds(10);
    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final Devices devices;
    private final KeptBoards kept;
    private final VirtualBoards boards;
    private final Map<UUID, Set<String>> on = new ConcurrentHashMap<>();
    private final int mostOfWorkspace;
    private final int mostOfUser;
    private final int most;
    private @Nullable Round sweeps;

    private SimulatedBoards(Config config, Devices devices, KeptBoards kept, VirtualBoards boards) {
        this.devices = devices;
        this.kept = kept;
        this.boards = boards;
        this.mostOfWorkspace =
                (int) Configuration.number(config, "simulators.boards-per-workspace", 0, 100);
        this.mostOfUser =
                (int) Configuration.number(config, "simulators.boards-per-user", 0, 1_000);
        this.most = (int) Configuration.number(config, "simulators.boards", 0, 1_000);
    }

    /**
     * Starts those that are kept.
     *
     * @param devices which has read what there is
     */
    static SimulatedBoards start(Config config, URI broker, Devices devices) {
        var kept = KeptBoards.in(Configuration.path(config, "data-dir"));
        var recorder = new PinRecorder();
        var accesses = kept.all().stream().map(SimulatedBoards::access).toList();
        var simulated =
                new SimulatedBoards(
                        config, devices, kept, VirtualBoards.start(broker, accesses, recorder));
        recorder.onEdge(simulated::edge);
        simulated.sweeps = Round.every(PERIOD, "simulated-boards", simulated::sweep);
        return simulated;
    }

    private static BoardAccess access(KeptBoards.KeptBoard board) {
        return new BoardAccess(board.workspaceId(), board.deviceId(), board.token());
    }

    /** Removes those that can never sign in again. */
    private synchronized void sweep() {
        for (var board : kept.all()) {
            if (!devices.hasToken(board.deviceId(), board.token())) {
                remove(board.deviceId());
            }
        }
    }

    private void edge(PinRecorder.Edge edge) {
        var outputs = on.computeIfAbsent(edge.deviceId(), _ -> ConcurrentHashMap.newKeySet());
        if (edge.on()) {
            outputs.add(edge.actuator());
        } else {
            outputs.remove(edge.actuator());
        }
    }

    /** A board that is to be: the device that it is, and a token of it. */
    record NewBoard(UUID deviceId, String token) {
        NewBoard {
            if (token.isBlank() || token.length() > 200) {
                throw new IllegalArgumentException("token must have 1 to 200 characters");
            }
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "NewBoard[deviceId=" + deviceId + "]";
        }
    }

    /**
     * How a board is.
     *
     * @param on the outputs that are on
     */
    record Board(UUID deviceId, boolean connected, boolean armed, Set<String> on) {}

    record Boards(List<Board> items) {}

    @Override
    public void routes(Routes routes) {
        routes.get(BOARDS, Permission.DEVICES_READ, this::list)
                .post(BOARDS, Permission.TOKENS_CHANGE, this::add)
                .delete(BOARDS + "/{id}", Permission.TOKENS_CHANGE, this::remove);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var items =
                boards.all().stream()
                        .filter(board -> board.workspaceId().equals(workspace))
                        .map(board -> {
                            var status = board.status();
                            var outputs = on.getOrDefault(board.deviceId(), Set.of());
                            return new Board(
                                    board.deviceId(),
                                    status.connected(),
                                    status.armed(),
                                    new TreeSet<>(outputs));
                        })
                        .toList();
        Body.send(response, new Boards(items));
    }

    private void add(ServerRequest request, ServerResponse response) {
        var caller = Caller.of(request);
        NewBoard wanted;
        try (var _ = Deadline.after(BODY)) {
            wanted = Body.read(request, NewBoard.class);
        }
        requireOwn(caller.workspaceId(), wanted);
        add(
                new KeptBoards.KeptBoard(
                        caller.workspaceId(), wanted.deviceId(), wanted.token(), caller.userId()));
        Body.send(
                response, Status.CREATED_201, new Board(wanted.deviceId(), false, false, Set.of()));
    }

    private void requireOwn(UUID workspaceId, NewBoard wanted) {
        var _ =
                devices.authenticate(wanted.deviceId().toString(), wanted.token())
                        .filter(session -> session.workspaceId().equals(workspaceId))
                        .filter(session -> session.role() == ClientRole.DEVICE)
                        .orElseThrow(() ->
                                Problem.invalid(
                                        "/token", "Must be a token of this workspace's device."));
    }

    private synchronized void add(KeptBoards.KeptBoard wanted) {
        var all = kept.all();
        if (boards.board(wanted.deviceId()).isPresent()) {
            throw Problem.conflict("board_exists", "This device is simulated already.");
        }
        var here =
                all.stream()
                        .filter(board -> board.workspaceId().equals(wanted.workspaceId()))
                        .count();
        var ofUser =
                all.stream()
                        .filter(board -> Objects.equals(board.userId(), wanted.userId()))
                        .count();
        if (here >= mostOfWorkspace || ofUser >= mostOfUser || all.size() >= most) {
            throw Problem.conflict(
                    "too_many_boards",
                    "A workspace has at most %d simulated boards, a user adds %d, a hub has %d."
                            .formatted(mostOfWorkspace, mostOfUser, most));
        }
        kept.add(wanted);
        boards.add(access(wanted));
    }

    private void remove(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        var board = boards.board(id).filter(found -> found.workspaceId().equals(workspace));
        if (board.isEmpty()) {
            throw Problem.notFound("board_not_found", "No such board is simulated here.");
        }
        remove(id);
        response.status(Status.NO_CONTENT_204).send();
    }

    private synchronized void remove(UUID id) {
        kept.remove(id);
        boards.remove(id);
        on.remove(id);
    }

    @Override
    public void close() {
        var sweeping = sweeps;
        if (sweeping != null) {
            sweeping.close();
        }
        boards.close();
    }
}
