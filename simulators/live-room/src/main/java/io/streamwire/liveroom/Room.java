package io.streamwire.liveroom;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * One user's LIVE: what is said and given in it, who listens, what goes wrong. Remembers exactly
 * what it sent. Safe for use by several threads; all state is guarded by this object's lock.
 */
public final class Room {

    /** Whether the user is live; the numbers are TikTok's. */
    public enum Status {
        LIVE(2),
        PAUSED(3),
        OFFLINE(4);

        private final int number;

        Status(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /** Comments that a new connection is given again. */
    private static final int HISTORY = 6;

    private final String username;
    private final long id;
    private final LongSupplier ids;
    private final InstantSource clock;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Consumer<Sent>> observers = new CopyOnWriteArrayList<>();
    private final Deque<Message> history = new ArrayDeque<>();
    private final Ledger ledger = new Ledger();
    private final Replies replies = new Replies();
    private Status status = Status.LIVE;
    private List<Message> newest = List.of();
    private boolean ageRestricted;
    private boolean silent;
    private boolean mute;
    private int fragments = 1;
    private int frames;
    private long likes;
    private int connects;
    private int refusals;
    private String refusal = "";
    private int refusalStatus;

    Room(String username, long id, LongSupplier ids, InstantSource clock) {
        this.username = username;
        this.id = id;
        this.ids = ids;
        this.clock = clock;
    }

    public String username() {
        return username;
    }

    /** Int64 in decimal. */
    public String roomId() {
        return Long.toString(id);
    }

    long id() {
        return id;
    }

    // What happens in it.

    public Sent comment(ScriptedViewer viewer, String text) {
        return send(new Frame().comment(viewer, text)).getFirst();
    }

    /** A whole gift: of a streakable one every step from 1 to count, and the end. */
    public List<Sent> gift(ScriptedViewer viewer, Gift gift, int count) {
        var sent = new ArrayList<Sent>();
        if (!gift.streakable()) {
            for (int i = 0; i < count; i++) {
                sent.addAll(send(new Frame().gift(viewer, gift)));
            }
            return sent;
        }
        long group = newGroupId();
        for (int i = 1; i <= count; i++) {
            sent.addAll(send(new Frame().giftStep(viewer, gift, group, i, false)));
        }
        sent.addAll(send(new Frame().giftStep(viewer, gift, group, count, true)));
        return sent;
    }

    /** An id for a streak of {@link Frame#giftStep}. */
    public long newGroupId() {
        return ids.getAsLong();
    }

    public Sent like(ScriptedViewer viewer, int taps) {
        return send(new Frame().like(viewer, taps)).getFirst();
    }

    public Sent join(ScriptedViewer viewer) {
        return send(new Frame().join(viewer)).getFirst();
    }

    /** Sends the messages in one frame to everybody who listens. */
    public List<Sent> send(Frame frame) {
        return send(frame, System.nanoTime());
    }

    synchronized List<Sent> send(Frame frame, long dueNanos) {
        var messages = new ArrayList<Message>();
        for (var draft : frame.drafts()) {
            likes += draft.taps();
            messages.add(write(draft));
        }
        return deliver(messages, dueNanos);
    }

    private Message write(Frame.Draft draft) {
        return draft.writer().write(new Frame.Stamp(id, ids.getAsLong(), clock.millis(), likes));
    }

    /** Sends the newest comment again, with the id that it had. */
    public synchronized List<Sent> repeatLastComment() {
        return deliver(List.of(history.getLast()), System.nanoTime());
    }

    /** Sends the newest frame again, with the message ids that it had. */
    public synchronized List<Sent> repeatLastFrame() {
        return deliver(newest, System.nanoTime());
    }

    private List<Sent> deliver(List<Message> messages, long dueNanos) {
        var open = silent || mute ? List.<Listener>of() : List.copyOf(listeners);
        newest = List.copyOf(messages);
        int logId = ++frames;
        var push = Push.of(id, logId, messages, false, false);
        push.prepare(open);
        long nanos = System.nanoTime();
        var now = Instant.now();
        long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
        var sent = new ArrayList<Sent>(messages.size());
        for (var message : messages) {
            var record =
                    new Sent(
                            roomId(),
                            message.msgId(),
                            message.type(),
                            message.what(),
                            message.matches(),
                            logId,
                            dueNanos,
                            nanos,
                            micros,
                            open.size());
            sent.add(record);
            remember(record, message);
        }
        for (var listener : open) {
            listener.send(push, fragments);
        }
        return sent;
    }

    private void remember(Sent record, Message message) {
        ledger.add(record, message);
        if (message.type().equals("comment")) {
            history.addLast(message);
            if (history.size() > HISTORY) {
                history.removeFirst();
            }
        }
        observers.forEach(observer -> observer.accept(record));
    }

    /** Plays a random show until it ends or is closed. */
    public Performance play(Show show) {
        return Performance.start(this, show);
    }

    // The truth.

    /** Tells of every message just before it is written; must be quick. */
    public void onSent(Consumer<Sent> observer) {
        observers.add(observer);
    }

    /** Tells of every acknowledgement by the frame's log id as it comes; must be quick. */
    public void onAcknowledged(LongConsumer observer) {
        replies.onAcknowledged(observer);
    }

    /** What was sent, oldest first; the newest million. */
    public synchronized List<Sent> sent() {
        return ledger.records();
    }

    /** Messages by {@link Sent#type} that were written to at least one connection. */
    public synchronized Map<String, Long> counts() {
        return ledger.counts();
    }

    public synchronized long count(String type) {
        return ledger.count(type);
    }

    /** Messages that nobody was connected to hear. */
    public synchronized long unseen() {
        return ledger.unseen();
    }

    /** Gifts by name that somebody was connected to hear, however often each was told of. */
    public synchronized Map<String, Long> gifts() {
        return ledger.gifts();
    }

    /** Likes of the room. */
    public synchronized long likes() {
        return likes;
    }

    /** The client has acknowledged the message's frame. */
    public boolean acknowledged(Sent message) {
        return replies.acknowledged(message);
    }

    /** Frames that were acknowledged, each once. */
    public int acknowledgements() {
        return replies.acknowledgements();
    }

    public long heartbeats() {
        return replies.heartbeats();
    }

    /** How often {@code im_enter_room} came. */
    public long entries() {
        return replies.entries();
    }

    /** Frames from clients that are not as they should be. */
    public long wrongFrames() {
        return replies.wrongFrames();
    }

    /** Open connections. */
    public synchronized int connections() {
        return listeners.size();
    }

    /** Connections that were ever opened. */
    public synchronized int connects() {
        return connects;
    }

    /** Listens without a socket from now on; the last comments come first. */
    public Tap tap(Consumer<byte[]> messages) {
        var tap = new Tap(this, messages);
        enter(tap);
        return tap;
    }

    // What goes wrong.

    /** What the room lookup says from now on; nothing is sent. */
    public synchronized void status(Status status) {
        this.status = status;
    }

    synchronized Status status() {
        return status;
    }

    public synchronized void ageRestricted(boolean ageRestricted) {
        this.ageRestricted = ageRestricted;
    }

    synchronized boolean ageRestricted() {
        return ageRestricted;
    }

    /** The live ends with a control message: 3 by the host, 4 by the platform. */
    public void end(int action) {
        status(Status.OFFLINE);
        send(new Frame().control(action));
    }

    /** Refuses the next handshakes with HTTP 200 and the reason in its headers. */
    public synchronized void refuse(int times, String message, int status) {
        refusals = times;
        refusal = message;
        refusalStatus = status;
    }

    /** Closes all connections properly. */
    public void close() {
        listeners().forEach(Listener::close);
    }

    /** Resets all connections. */
    public void reset() {
        listeners().forEach(Listener::reset);
    }

    /** Says nothing any more on connections that stay open, or goes on. */
    public synchronized void silent(boolean silent) {
        this.silent = silent;
    }

    /** Answers heartbeats and sends no messages any more, or goes on. */
    public synchronized void mute(boolean mute) {
        this.mute = mute;
    }

    synchronized boolean silent() {
        return silent;
    }

    /** Splits every further websocket message into so many fragments. */
    public synchronized void fragments(int fragments) {
        this.fragments = fragments;
    }

    /** A websocket text message, which TikTok never sends. */
    public void text(String text) {
        listeners().forEach(listener -> listener.text(text));
    }

    /** A websocket message as it is, for what is in {@link Rubbish}. */
    public void raw(byte[] message) {
        int pieces;
        synchronized (this) {
            pieces = fragments;
        }
        listeners().forEach(listener -> listener.raw(message, pieces));
    }

    private synchronized List<Listener> listeners() {
        return List.copyOf(listeners);
    }

    // For the server.

    /** Why the next handshake is refused, empty when it is not. */
    synchronized Refusal nextRefusal() {
        if (refusals == 0) {
            return Refusal.NONE;
        }
        refusals--;
        return new Refusal(refusal, refusalStatus);
    }

    /** A refused handshake. */
    record Refusal(String message, int status) {
        static final Refusal NONE = new Refusal("", 0);
    }

    synchronized void enter(Listener listener) {
        connects++;
        listeners.add(listener);
        if (!silent && !mute) {
            listener.send(Push.of(id, ++frames, List.copyOf(history), true, true), fragments);
        }
    }

    synchronized void leave(Listener listener) {
        listeners.remove(listener);
    }

    synchronized List<Message> history() {
        return List.copyOf(history);
    }

    /** A frame from the client. */
    void heard(Listener listener, byte[] bytes) {
        var owed = replies.take(bytes, id, frames());
        if (!owed.isEmpty() && !silent()) {
            listener.raw(Push.frame(0, false, owed, new byte[0]), 1);
        }
    }

    private synchronized int frames() {
        return frames;
    }
}
