package io.streamwire.gateway;

import io.streamwire.bus.BusException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client follows under one id. It begins on a thread of its own, which ends when everything
 * is fed by the channels. What it has opened is guarded by this object's lock.
 */
final class LiveSubscription {

    private static final Duration RETRY = Duration.ofMillis(200);

    private final Live live;
    private final LiveSocket socket;
    private final LiveRequest.Subscribe request;
    private final List<LiveFollow> follows = new ArrayList<>();
    private final List<Runnable> undo = new ArrayList<>();
    private final Thread beginning =
            Thread.ofVirtual().name("live-subscription").unstarted(this::run);
    private boolean ended;

    LiveSubscription(Live live, LiveSocket socket, LiveRequest.Subscribe request) {
        this.live = live;
        this.socket = socket;
        this.request = request;
    }

    LiveRequest.Subscribe request() {
        return request;
    }

    void begin() {
        beginning.start();
    }

    private void run() {
        try {
            open();
            for (var follow : opened()) {
                if (!follow.begin()) {
                    return;
                }
            }
            socket.subscribed(request.id(), cursors());
            if (request.topics().contains(LiveTopic.LIVESTREAMS)) {
                undoLater(live.statuses().watch(socket, request));
            }
            for (var follow : opened()) {
                catchUp(follow);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void open() {
        for (var topic : request.topics()) {
            topic.stream()
                    .ifPresent(stream -> {
                        var channel = live.channel(stream, request.workspaceId());
                        channel.enter();
                        var follow = new LiveFollow(socket, topic, request, channel);
                        synchronized (this) {
                            follows.add(follow);
                        }
                        undoLater(follow::end);
                    });
        }
    }

    private void undoLater(Runnable last) {
        synchronized (this) {
            if (!ended) {
                undo.add(last);
                return;
            }
        }
        last.run();
    }

    private synchronized List<LiveFollow> opened() {
        return List.copyOf(follows);
    }

    private void catchUp(LiveFollow follow) throws InterruptedException {
        while (true) {
            try {
                follow.catchUp(live.settings().resumeEntries());
                return;
            } catch (BusException e) {
                Thread.sleep(RETRY); // from where it stands, when Redis is back
            }
        }
    }

    /** Where a client that has got everything until now may resume, by topic. */
    Map<String, String> cursors() {
        var cursors = new LinkedHashMap<String, String>();
        for (var follow : opened()) {
            cursors.put(follow.topic().toString(), follow.cursor().toString());
        }
        return cursors;
    }

    void end() {
        List<Runnable> all;
        synchronized (this) {
            ended = true;
            all = List.copyOf(undo);
            undo.clear();
        }
        all.forEach(Runnable::run);
        beginning.interrupt();
    }
}
