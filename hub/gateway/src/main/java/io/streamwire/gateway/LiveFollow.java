package io.streamwire.gateway;

import io.streamwire.bus.Entry;
import io.streamwire.bus.Feed;
import io.streamwire.bus.StreamId;
import io.streamwire.contract.Json;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One topic of one subscription of one client: what of a stream it is sent. At first it catches up
 * by itself, then its channel feeds it. Its position is guarded by the lock of the client's queue.
 */
final class LiveFollow {

    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LiveSocket socket;
    private final LiveTopic topic;
    private final LiveRequest.Subscribe request;
    private final LiveChannel channel;
    private final String workspace;
    private final String livestream;
    private final byte[] head;
    private volatile StreamId position = StreamId.ZERO;
    private volatile boolean joined;
    private boolean left; // guarded by its channel's lock
    private final AtomicBoolean ended = new AtomicBoolean();

    LiveFollow(
            LiveSocket socket,
            LiveTopic topic,
            LiveRequest.Subscribe request,
            LiveChannel channel) {
        this.socket = socket;
        this.topic = topic;
        this.request = request;
        this.channel = channel;
        this.workspace = request.workspaceId().toString();
        var livestreamId = request.livestreamId();
        this.livestream =
                livestreamId == null || topic != LiveTopic.EVENTS ? "" : livestreamId.toString();
        this.head = head(request);
    }

    LiveTopic topic() {
        return topic;
    }

    String workspace() {
        return workspace;
    }

    private boolean wants(Entry entry) {
        return topic.shows(entry)
                && entry.field("workspace_id").equals(workspace)
                && (livestream.isEmpty() || entry.field("livestream_id").equals(livestream))
                && !entry.body().isEmpty();
    }

    /** How every item of a subscription begins. */
    static byte[] head(LiveRequest.Subscribe request) {
        return LiveQueue.utf8("{\"type\":\"data\",\"id\":" + Json.write(request.id()) + ",");
    }

    /** What follows the head of an item. */
    static byte[] rest(LiveTopic topic, Entry entry) {
        return LiveQueue.utf8(
                "\"topic\":\"%s\",\"event\":%s,\"cursor\":\"%s\",\"data\":%s}"
                        .formatted(topic, Json.write(entry.type()), entry.id(), entry.body()));
    }

    /** Takes an entry of its channel, unless it has had it. */
    void take(Entry entry, LiveChannel.Rest rest) {
        if (ended.get() || !wants(entry)) {
            return;
        }
        var id = StreamId.parse(entry.id());
        if (id.compareTo(position) > 0) {
            socket.send(head, rest.of(topic), () -> position = id);
        }
    }

    /** Something may be missing from here on. */
    void gap() {
        if (!ended.get()) {
            socket.gap(request.id(), topic);
        }
    }

    /** Goes back to where the stream goes on after a gap, if that is before its position. */
    void goOnAfter(StreamId entry) {
        if (entry.compareTo(position) < 0) {
            position = entry;
        }
        gap();
    }

    /**
     * Where it begins: where the client resumes, or at the channel's newest entry; waits for that
     * while Redis is away. False when it has ended meanwhile.
     */
    boolean begin() throws InterruptedException {
        while (!ended.get()) {
            var newest = channel.awaitLast(WAIT);
            if (newest.isPresent()) {
                position = request.after().getOrDefault(topic, newest.get());
                return true;
            }
        }
        return false;
    }

    /**
     * Reads what it has not had, until its channel is not ahead of it any more; one after the other
     * of a client.
     */
    void catchUp(int most) throws InterruptedException {
        if (!request.after().containsKey(topic) && channel.join(this, position)) {
            return;
        }
        socket.catchingUp().acquire();
        try {
            readUp(most);
        } finally {
            socket.catchingUp().release();
        }
    }

    private void readUp(int most) throws InterruptedException {
        try (var reader = channel.feed().from(position.toString())) {
            int read = 0;
            int next = 1;
            do {
                if (read >= most || !socket.mayLookThrough(next)) {
                    channel.joinNow(this);
                    return;
                }
                var batch = channel.reading(() -> reader.next(Duration.ZERO));
                if (!send(batch)) {
                    return;
                }
                position = reader.position();
                next = Math.max(1, batch.entries().size());
                read += next;
            } while (!ended.get() && !channel.join(this, position));
        }
    }

    private boolean send(Feed.Batch batch) throws InterruptedException {
        if (batch.gap()) {
            gap();
        }
        for (var entry : batch.entries()) {
            if (wants(entry) && !sendPatiently(entry)) {
                return false;
            }
        }
        return !ended.get();
    }

    private boolean sendPatiently(Entry entry) throws InterruptedException {
        if (!socket.awaitRoom(PATIENCE)) {
            return false;
        }
        var id = StreamId.parse(entry.id());
        socket.send(head, rest(topic, entry), () -> position = id);
        return !ended.get();
    }

    /** Called by its channel, which begins after this entry. */
    void joinedAt(StreamId joinedAt) {
        position = joinedAt;
        joined = true;
    }

    boolean hasJoined() {
        return joined;
    }

    /** Called by its channel, under its lock. */
    void markLeft() {
        left = true;
    }

    /** Called by its channel, under its lock. */
    boolean hasLeft() {
        return left;
    }

    /** Where a client that has got everything until now may resume. */
    StreamId cursor() {
        var own = position;
        var last = joined ? channel.last() : own;
        return last.compareTo(own) > 0 ? last : own;
    }

    void end() {
        if (ended.compareAndSet(false, true)) {
            channel.leave(this);
        }
    }
}
