package io.streamwire.gateway;

import io.github.bucket4j.Bucket;
import io.streamwire.contract.Json;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Role;
import io.streamwire.service.WebSocket;
import io.streamwire.service.WebSocketReceiver;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One client that follows workspaces. The connection's thread reads what it says, one thread of its
 * own writes to it, and whoever has something for it only puts that into its queue.
 */
final class LiveSocket implements WebSocketReceiver {

    /** How long it may take to say farewell. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** Between two questions about what a client may follow. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final int BURST = 4; // seconds

    private final Live live;
    private final LiveCaller caller;
    private final UUID userId;
    private final Optional<UUID> workspaceOfKey;
    private final Semaphore catchingUp = new Semaphore(1);
    private final AtomicBoolean renewing = new AtomicBoolean();
    private final LiveQueue queue;
    private final Bucket messages;
    private final Map<String, LiveSubscription> subscriptions = new ConcurrentHashMap<>();
    private volatile @Nullable WebSocket socket;
    private volatile boolean closed;
    private volatile long pinged = System.nanoTime();
    private volatile long endedAt;
    private long askedAt = System.nanoTime() - PAUSE.toNanos(); // of the connection's thread

    LiveSocket(Live live, LiveCaller caller) {
        this.live = live;
        this.caller = caller;
        var token = caller.identity().token();
        this.userId = token.userId();
        this.workspaceOfKey =
                token.ofKey() ? Optional.ofNullable(token.workspaceId()) : Optional.empty();
        var settings = live.settings();
        this.queue = new LiveQueue(settings.queueMessages(), settings.queueSize());
        long perSecond = settings.messagesPerSecond();
        this.messages =
                Bucket.builder()
                        .addLimit(limit ->
                                limit.capacity(BURST * perSecond)
                                        .refillGreedy(perSecond, Duration.ofSeconds(1)))
                        .build();
    }

    private record Subscribed(String type, String id, Map<String, String> cursors) {}

    private record Unsubscribed(String type, String id) {}

    private record Gap(String type, String id, String topic) {}

    private record Ping(String type, Instant now, Map<String, Map<String, String>> cursors) {}

    private record Refusal(String type, String id, String code, String detail) {}

    Identity identity() {
        return caller.identity();
    }

    /** Of the user, or the API key. */
    UUID userId() {
        return userId;
    }

    /** The workspace whose API key it shows; empty when a person has opened it. */
    Optional<UUID> workspaceOfKey() {
        return workspaceOfKey;
    }

    /** Held by the one of its subscriptions that reads what is past. */
    Semaphore catchingUp() {
        return catchingUp;
    }

    /** Whether so many entries may still be read for its user, or all keys of its workspace. */
    boolean mayLookThrough(int entries) {
        return live.mayLookThrough(workspaceOfKey.orElse(userId), entries);
    }

    int subscriptions() {
        return subscriptions.size();
    }

    @Override
    public void opened(WebSocket opened) {
        socket = opened;
        live.opened(this);
        Thread.ofVirtual().name("live-writer").start(() -> write(opened));
    }

    private void write(WebSocket opened) {
        try {
            for (var frame = queue.take(); frame.isPresent(); frame = queue.take()) {
                opened.send(frame.get());
                live.metrics().sent(frame.get().length);
                live.rest();
            }
            queue.ended().ifPresent(end -> opened.close(end.code(), end.reason()));
        } catch (RuntimeException e) {
            opened.abort(); // it has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void message(String text) {
        if (!messages.tryConsume(1)) {
            end(LiveEnd.TOO_MANY_MESSAGES);
            return;
        }
        try {
            switch (LiveRequest.read(text)) {
                case LiveRequest.Pong() -> {}
                case LiveRequest.Unsubscribe(var id) -> unsubscribe(id);
                case LiveRequest.Subscribe subscribe -> subscribe(subscribe);
            }
        } catch (LiveRequest.Refused e) {
            say(new Refusal("error", e.id(), e.code(), String.valueOf(e.getMessage())));
        }
    }

    private void subscribe(LiveRequest.Subscribe request) {
        if (subscriptions.containsKey(request.id())) {
            throw new LiveRequest.Refused(
                    request.id(), "id_taken", "There is a subscription with this id.");
        }
        int most = live.settings().subscriptions();
        if (subscriptions.size() >= most) {
            throw new LiveRequest.Refused(
                    request.id(),
                    "too_many_subscriptions",
                    "A socket has at most %d subscriptions.".formatted(most));
        }
        requireAccessNow(request);
        var subscription = new LiveSubscription(live, this, request);
        subscriptions.put(request.id(), subscription);
        subscription.begin();
    }

    /** Who was let into a workspace after the access token was made asks again, not too often. */
    private void requireAccessNow(LiveRequest.Subscribe request) {
        try {
            requireAccess(request);
        } catch (LiveRequest.Refused e) {
            var now = System.nanoTime();
            if (now - askedAt < PAUSE.toNanos()) {
                throw e;
            }
            askedAt = now;
            try {
                var _ = caller.renew();
            } catch (Problem _) {
                throw e;
            }
            requireAccess(request);
        }
    }

    private void requireAccess(LiveRequest.Subscribe request) {
        var role =
                identity()
                        .token()
                        .role(request.workspaceId())
                        .orElseThrow(() ->
                                new LiveRequest.Refused(
                                        request.id(),
                                        "workspace_forbidden",
                                        "You are not a member of this workspace."));
        for (var topic : request.topics()) {
            if (!mayFollow(role, topic.permission())) {
                throw new LiveRequest.Refused(
                        request.id(), "role_too_low", "Your role may not follow " + topic + ".");
            }
        }
    }

    /** Asks again who it is, since the access token is over, and ends it if it may not go on. */
    void renew() {
        if (renewing.compareAndSet(false, true)) {
            Thread.ofVirtual().name("live-renewal").start(this::renewNow);
        }
    }

    private void renewNow() {
        try {
            if (!caller.renew()) {
                end(LiveEnd.ACCESS_ENDED);
                return;
            }
            for (var subscription : subscriptions.values()) {
                requireAccess(subscription.request());
            }
        } catch (Problem e) {
            end(LiveEnd.ACCESS_ENDED);
        } catch (LiveRequest.Refused e) {
            end(LiveEnd.MEMBERSHIP_LOST);
        } finally {
            renewing.set(false);
        }
    }

    private static boolean mayFollow(Role role, Permission permission) {
        return permission.role().filter(role::covers).isPresent();
    }

    private void unsubscribe(String id) {
        var subscription = subscriptions.remove(id);
        if (subscription == null) {
            throw new LiveRequest.Refused(id, "not_subscribed", "There is no such subscription.");
        }
        subscription.end();
        say(new Unsubscribed("unsubscribed", id));
    }

    void subscribed(String id, Map<String, String> cursors) {
        say(new Subscribed("subscribed", id, cursors));
    }

    void gap(String id, LiveTopic topic) {
        live.metrics().gap();
        say(new Gap("gap", id, topic.toString()));
    }

    private void say(Object message) {
        if (!queue.add(() -> Json.write(message))) {
            end(LiveEnd.TOO_SLOW);
        }
    }

    /**
     * Puts an item into its queue.
     *
     * @param added runs when it is there, before anything else is added
     */
    void send(byte[] head, byte[] rest, Runnable added) {
        if (!queue.add(head, rest, added)) {
            end(LiveEnd.TOO_SLOW);
        }
    }

    /** Waits until its queue is at most half full; false when it has ended, as too slow at last. */
    boolean awaitRoom(Duration patience) throws InterruptedException {
        if (queue.awaitRoom(patience)) {
            return true;
        }
        end(LiveEnd.TOO_SLOW);
        return false;
    }

    /** Ends it: the client is told why, if it still listens. */
    void end(LiveEnd why) {
        if (queue.end(why)) {
            endedAt = System.nanoTime();
            live.metrics().ended(why);
        }
    }

    /** What is to be done every second. */
    void tend(long now) {
        var settings = live.settings();
        var open = socket;
        if (open == null) {
            return;
        }
        if (queue.ended().isPresent()) {
            if (now - endedAt > FAREWELL.toNanos()) {
                open.abort();
            }
            return;
        }
        if (open.idleTime().compareTo(settings.silence()) > 0) {
            end(LiveEnd.SILENT);
            return;
        }
        if (now - pinged >= settings.ping().toNanos()) {
            pinged = now;
            ping();
        }
    }

    private void ping() {
        var sent =
                queue.add(() -> {
                    var cursors = new LinkedHashMap<String, Map<String, String>>();
                    subscriptions.forEach(
                            (id, subscription) -> cursors.put(id, subscription.cursors()));
                    return Json.write(new Ping("ping", Instant.now(), cursors));
                });
        if (!sent) {
            end(LiveEnd.TOO_SLOW);
        }
    }

    /** Whether everything is said and the connection has ended. */
    boolean isClosed() {
        return closed;
    }

    void abort() {
        var open = socket;
        if (open != null) {
            open.abort();
        }
    }

    @Override
    public void closed() {
        closed = true;
        queue.end(LiveEnd.GOING_AWAY); // ends the writer
        subscriptions.values().forEach(LiveSubscription::end);
        live.closed(this);
    }
}
