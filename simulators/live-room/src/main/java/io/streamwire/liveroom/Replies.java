package io.streamwire.liveroom;

import io.streamwire.liveroom.Fields.ClientFrame;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/** What clients said in a room; guarded by this object's lock. */
final class Replies {

    private final List<LongConsumer> observers = new CopyOnWriteArrayList<>();
    private final BitSet acknowledged = new BitSet();
    private long heartbeats;
    private long entries;
    private long wrongFrames;

    /**
     * Counts a frame.
     *
     * @param frames how many the room has sent
     * @return the type of the frame that is owed in return, empty for none
     */
    synchronized String take(byte[] bytes, long roomId, int frames) {
        try {
            var frame = ClientFrame.read(bytes);
            switch (frame.type()) {
                case "ack" -> acknowledge(frame, roomId, frames);
                case "hb" -> {
                    heartbeats++;
                    return "hb";
                }
                case "im_enter_room" -> {
                    entries++;
                    return "im_enter_room_resp";
                }
                default -> wrongFrames++;
            }
        } catch (IOException e) {
            wrongFrames++;
        }
        return "";
    }

    private void acknowledge(ClientFrame frame, long roomId, int frames) {
        boolean known = frame.logId() > 0 && frame.logId() <= frames;
        if (!known || !Push.isExtension(roomId, frame.logId(), frame.payload())) {
            wrongFrames++;
            return;
        }
        acknowledged.set((int) frame.logId());
        observers.forEach(observer -> observer.accept(frame.logId()));
    }

    /** Tells of every acknowledgement by the frame's log id. */
    void onAcknowledged(LongConsumer observer) {
        observers.add(observer);
    }

    synchronized boolean acknowledged(Sent message) {
        return acknowledged.get((int) message.frame());
    }

    synchronized int acknowledgements() {
        return acknowledged.cardinality();
    }

    synchronized long heartbeats() {
        return heartbeats;
    }

    synchronized long entries() {
        return entries;
    }

    synchronized long wrongFrames() {
        return wrongFrames;
    }
}
