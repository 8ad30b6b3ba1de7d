package io.streamwire.virtualboard;

import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import io.reactivex.schedulers.Schedulers;
import io.streamwire.contract.mqtt.Capabilities;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A fleet of boards on two threads: one for the network, one for everything the boards do. */
public final class VirtualBoards implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(VirtualBoards.class.getName());
    private static final long CLOSE_SECONDS = 3;

    private final URI broker;
    private final PinRecorder recorder;
    private final BoardThread thread = new BoardThread();
    private final MqttClientExecutorConfig executors =
            MqttClientExecutorConfig.builder()
                    .nettyExecutor(loop ->
                            Thread.ofPlatform().name("virtual-boards-mqtt").daemon().start(loop))
                    .nettyThreads(1)
                    .applicationScheduler(Schedulers.from(Runnable::run))
                    .build();
    private final Map<UUID, VirtualBoard> boards = new ConcurrentHashMap<>();

    private final AtomicBoolean closed = new AtomicBoolean();

    private VirtualBoards(URI broker, PinRecorder recorder) {
        this.broker = broker;
        this.recorder = recorder;
    }

    /**
     * Starts boards; each connects by itself and again after every failure.
     *
     * @param broker {@code tcp://host:port}
     */
    public static VirtualBoards start(
            URI broker, Collection<BoardAccess> accesses, PinRecorder recorder) {
        if (broker.getHost() == null || broker.getPort() < 0) {
            throw new IllegalArgumentException("not tcp://host:port: " + broker);
        }
        var fleet = new VirtualBoards(broker, recorder);
        accesses.forEach(fleet::add);
        LOG.log(Level.INFO, "boards status=started count={0}", accesses.size());
        return fleet;
    }

    /** Starts one more board. */
    public VirtualBoard add(BoardAccess access) {
        return add(access, VirtualBoard.CAPABILITIES);
    }

    /**
     * Starts one more board.
     *
     * @param capabilities with {@code limits: hub} it keeps none of them
     */
    public VirtualBoard add(BoardAccess access, Capabilities capabilities) {
        var board = new VirtualBoard(broker, access, capabilities, executors, thread, recorder);
        if (boards.putIfAbsent(access.deviceId(), board) != null) {
            throw new IllegalArgumentException("already running: " + access.deviceId());
        }
        board.start();
        return board;
    }

    /** Cuts the power of a board for good. */
    public void remove(UUID deviceId) {
        var board = boards.remove(deviceId);
        if (board != null) {
            var _ = board.close();
        }
    }

    public Optional<VirtualBoard> board(UUID deviceId) {
        return Optional.ofNullable(boards.get(deviceId));
    }

    public List<VirtualBoard> all() {
        return List.copyOf(boards.values());
    }

    /** What every board would say about itself now; asked together, for a large fleet. */
    public Map<UUID, VirtualBoard.Status> statuses() {
        return thread.ask(() -> {
            var statuses = new HashMap<UUID, VirtualBoard.Status>();
            boards.forEach((device, board) -> statuses.put(device, board.currentStatus()));
            return statuses;
        });
    }

    /**
     * Waits until every board has been connected and subscribed.
     *
     * @throws IllegalStateException when some are not in time
     */
    public void awaitReady(Duration timeout) {
        var ready =
                boards.values().stream()
                        .map(VirtualBoard::ready)
                        .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ready).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            var missing = boards.values().stream().filter(board -> !board.ready().isDone()).count();
            throw new IllegalStateException(
                    missing + " of " + ready.length + " boards are not ready after " + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while boards connect", e);
        }
    }

    /** Cuts the power of every board; the broker publishes their last wills. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        var gone =
                boards.values().stream()
                        .map(VirtualBoard::close)
                        .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(gone).get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.log(Level.DEBUG, "boards status=closing", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.close();
        LOG.log(Level.INFO, "boards status=stopped");
    }
}
