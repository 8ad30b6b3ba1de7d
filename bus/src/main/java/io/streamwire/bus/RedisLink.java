package io.streamwire.bus;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections to one Redis. Commands are refused while it is away, never queued: a command that
 * failed at its caller must not be written later. Scripts of one link run in the order in which
 * they were called.
 */
final class RedisLink implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RedisLink.class.getName());

    /** How long a blocking read waits for news. */
    static final Duration BLOCK = Duration.ofSeconds(2);

    /** How often a start that waits says so. */
    private static final Duration SAY_AGAIN = Duration.ofMinutes(1);

    /** As Redis says it, also in the middle of what it says of a script. */
    private static final String OUT_OF_MEMORY = "OOM command not allowed";

    /**
     * Refusals that end by themselves or by an operator's hand: a full disk, a change of master.
     */
    private static final List<String> PASSING =
            List.of("MISCONF", "READONLY", "CLUSTERDOWN", "LOADING", "BUSY Redis", "NOREPLICAS");

    /** Most calls that leave in one write when they come together. */
    private static final int MOST_TOGETHER = 64;

    private final BusSettings settings;
    private final Ends ends;
    private final StatefulRedisConnection<String, String> shared;
    private final Map<GuardedScript, LoadedScript> scripts = new ConcurrentHashMap<>();
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    private volatile boolean closing;
    private final AtomicInteger losses = new AtomicInteger();

    private record GuardedScript(Script script, Script.Guard guard) {}

    private record LoadedScript(String text, String digest) {}

    private RedisLink(
            BusSettings settings, Ends ends, StatefulRedisConnection<String, String> shared) {
        this.settings = settings;
        this.ends = ends;
        this.shared = shared;
    }

    static RedisLink open(BusSettings settings) {
        var uri = RedisURI.create(settings.url());
        uri.setTimeout(settings.commandTimeout());
        var options =
                ClientOptions.builder()
                        .autoReconnect(true)
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .socketOptions(
                                SocketOptions.builder()
                                        .connectTimeout(settings.commandTimeout())
                                        .keepAlive(true)
                                        .build())
                        .timeoutOptions(TimeoutOptions.enabled())
                        .build();
        var ends = new Ends(End.of(uri, options), End.of(uri, options));
        try {
            var link = new RedisLink(settings, ends, connect(ends.calls().client(), settings));
            ends.calls().client().addListener(link.new ConnectionLog());
            return link;
        } catch (RuntimeException e) {
            ends.close();
            throw e;
        }
    }

    /** Calls have threads of their own: what readers receive must not hold them up. */
    private record Ends(End calls, End readers) {
        void close() {
            calls.close();
            readers.close();
        }
    }

    /** A client and its threads. */
    private record End(RedisClient client, ClientResources resources) {

        static End of(RedisURI uri, ClientOptions options) {
            var resources = ClientResources.builder().nettyCustomizer(new Together()).build();
            var client = RedisClient.create(resources, uri);
            client.setOptions(options);
            return new End(client, resources);
        }

        void close() {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            var _ = resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
        }
    }

    private static StatefulRedisConnection<String, String> connect(
            RedisClient client, BusSettings settings) {
        var deadline = System.nanoTime() + settings.connectWait().toNanos();
        var backoff = new Backoff();
        var sayAt = System.nanoTime();
        while (true) {
            try {
                var connection = client.connect(TextCodec.UTF8);
                try {
                    connection.sync().ping();
                    return connection;
                } catch (RedisException e) {
                    connection.close();
                    throw e;
                }
            } catch (RedisException e) {
                var now = System.nanoTime();
                if (now - deadline > 0 || Thread.currentThread().isInterrupted()) {
                    throw new BusException.Unavailable(
                            "Redis does not answer at " + place(settings), e);
                }
                if (now - sayAt >= 0) {
                    LOG.log(Level.WARNING, "redis=waiting at={0}", place(settings));
                    sayAt = now + SAY_AGAIN.toNanos();
                }
                pause(backoff.next());
            }
        }
    }

    /** Host and port without the password. */
    private static String place(BusSettings settings) {
        return settings.url().getHost() + ":" + settings.url().getPort();
    }

    BusSettings settings() {
        return settings;
    }

    boolean isClosing() {
        return closing;
    }

    boolean isOpen() {
        return shared.isOpen();
    }

    RedisAsyncCommands<String, String> commands() {
        return shared.async();
    }

    /** A connection for one reader that blocks up to {@link #BLOCK}. */
    StatefulRedisConnection<String, String> blocking() {
        var connection = ends.readers().client().connect(TextCodec.UTF8);
        connection.setTimeout(BLOCK.plus(settings.commandTimeout()));
        return connection;
    }

    StatefulRedisPubSubConnection<String, String> subscriber() {
        return ends.readers().client().connectPubSub(TextCodec.UTF8);
    }

    StatefulRedisConnection<String, byte[]> binary() {
        return ends.readers()
                .client()
                .connect(RedisCodec.of(TextCodec.UTF8, ByteArrayCodec.INSTANCE));
    }

    CompletableFuture<Reply> run(
            Script script, Script.Guard guard, List<String> keys, List<String> args) {
        var loaded = scripts.computeIfAbsent(new GuardedScript(script, guard), this::prepare);
        var keyArray = keys.toArray(String[]::new);
        var argArray = args.toArray(String[]::new);
        try {
            var commands = shared.async();
            if (known.add(loaded.digest())) {
                // Pipelined ahead of the first call, so that the calls keep their order.
                var _ = commands.scriptLoad(loaded.text());
            }
            return commands.<List<Object>>evalsha(
                            loaded.digest(), ScriptOutputType.MULTI, keyArray, argArray)
                    .toCompletableFuture()
                    .exceptionallyCompose(failure ->
                            unwrap(failure) instanceof RedisNoScriptException
                                    ? commands.<List<Object>>eval(
                                                    loaded.text(),
                                                    ScriptOutputType.MULTI,
                                                    keyArray,
                                                    argArray)
                                            .toCompletableFuture()
                                    : CompletableFuture.failedFuture(failure))
                    .handle((answer, failure) -> {
                        if (failure != null) {
                            throw explain(script.name(), failure);
                        }
                        return Reply.of(answer);
                    });
        } catch (RedisException e) {
            return CompletableFuture.failedFuture(explain(script.name(), e));
        }
    }

    private LoadedScript prepare(GuardedScript guarded) {
        var text = guarded.script().guarded(guarded.guard(), settings.maxStreamLength());
        return new LoadedScript(text, shared.async().digest(text));
    }

    /** Our exception for a failure of Lettuce's. */
    static BusException explain(String what, Throwable failure) {
        var cause = unwrap(failure);
        if (cause instanceof BusException known) {
            return known;
        }
        if (cause instanceof RedisLoadingException) {
            return new BusException.Unavailable("Redis is loading its data", cause);
        }
        if (cause instanceof RedisCommandExecutionException) {
            var message = String.valueOf(cause.getMessage());
            if (message.contains("LEASELOST")) {
                return new BusException.LeaseLost(cause);
            }
            if (message.contains("STREAMFULL") || message.contains(OUT_OF_MEMORY)) {
                return new BusException.StreamFull(cause);
            }
            if (PASSING.stream().anyMatch(message::contains)) {
                return new BusException.Unavailable("Redis refuses: " + message, cause);
            }
            return new BusException.ScriptFailed(what, cause);
        }
        return new BusException.Unavailable("Redis did not answer: " + cause.getMessage(), cause);
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    /** The result of a stage, or our exception. */
    static <T> T await(String what, CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException | RedisException e) {
            throw explain(what, e);
        }
    }

    /** Waits; an interrupt ends the wait and stays set. */
    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing = true;
        ends.close();
    }

    /** How often the connection was lost. */
    int losses() {
        return losses.get();
    }

    /**
     * Lets calls that other threads make while the connection's thread is busy leave in one write:
     * a system call costs both sides more than a script.
     */
    private static final class Together implements NettyCustomizer {
        @Override
        public void afterChannelInitialized(Channel channel) {
            channel.pipeline().addFirst(new FlushConsolidationHandler(MOST_TOGETHER, true));
        }
    }

    /**
     * Forgets which scripts Redis knows whenever a new connection is made: it may have restarted.
     */
    private final class ConnectionLog implements RedisConnectionStateListener {
        @Override
        public void onRedisConnected(
                io.lettuce.core.RedisChannelHandler<?, ?> connection, SocketAddress address) {
            if (connection.equals(shared)) {
                known.clear();
                LOG.log(Level.INFO, "redis=connected at={0}", place(settings));
            }
        }

        @Override
        public void onRedisDisconnected(io.lettuce.core.RedisChannelHandler<?, ?> connection) {
            if (connection.equals(shared)) {
                losses.incrementAndGet();
                LOG.log(
                        closing ? Level.DEBUG : Level.WARNING,
                        "redis=disconnected at={0}",
                        place(settings));
            }
        }
    }

    /** The elements of two lists. */
    static List<String> joined(List<String> first, List<String> second) {
        var all = new ArrayList<String>(first.size() + second.size());
        all.addAll(first);
        all.addAll(second);
        return all;
    }
}
