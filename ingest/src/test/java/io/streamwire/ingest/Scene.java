package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.Sent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * One room, one livestream that follows it, and what is on the bus of its workspace. What the room
 * says that it sent is the truth.
 */
final class Scene implements AutoCloseable {

    /** TikTok gives so many comments again to who connects. */
    private static final int HISTORY = 6;

    private final Stage stage;
    private final Set<UUID> told = new HashSet<>();
    private final Published published;
    final Room room;
    String livestream = "";
    private int connects;

    private Scene(Stage stage, Room room, Published published) {
        this.stage = stage;
        this.room = room;
        this.published = published;
    }

    /** A new workspace and a new room. */
    static Scene begin(Stage stage) {
        stage.begin();
        var room = stage.liveRoom.restart("maker");
        return new Scene(stage, room, new Published(stage.bus, stage.workspaceId, null));
    }

    void connect() {
        tellHistory();
        livestream = stage.connect(room);
        connects = room.connects();
    }

    /** What a new socket is told of the comments before. */
    private void tellHistory() {
        Deque<Sent> newest = new ArrayDeque<>();
        for (var message : room.sent()) {
            if (message.type().equals("comment")) {
                newest.addLast(message);
                if (newest.size() > HISTORY) {
                    newest.removeFirst();
                }
            }
        }
        newest.forEach(comment -> told.add(id(comment)));
    }

    /** The socket goes, and none opens until {@link #reconnected}. */
    void lose(String how) {
        room.refuse(Integer.MAX_VALUE, "illegal secret key", 417);
        switch (how) {
            case "close" -> room.close();
            case "reset" -> room.reset();
            default -> room.silent(true);
        }
        Await.until(() -> room.connections() == 0);
        room.silent(false);
    }

    void reconnected() {
        tellHistory();
        room.refuse(0, "", 0);
        Await.until(() -> room.connects() == connects + 1 && room.connections() == 1);
        connects++;
    }

    /** Ends the live with a control message, or without. */
    void over(int action, String how) {
        if (action != 0) {
            room.end(action);
            return;
        }
        room.status(Room.Status.OFFLINE);
        if (how.equals("closed")) {
            room.close();
        }
    }

    void awaitAcknowledged() {
        Await.until(() ->
                room.sent().stream()
                        .filter(message -> message.receivers() > 0)
                        .allMatch(room::acknowledged));
    }

    void awaitEnds(int ends) {
        Await.until(() -> gifts().stream().filter(gift -> gift.endsWith("ended")).count() == ends);
    }

    List<LiveEvent> events() {
        return published.events();
    }

    /** {@code "Rose 3+1 running"}: three by now, one more than before. */
    List<String> gifts() {
        return events().stream()
                .map(LiveEvent::payload)
                .filter(GiftSent.class::isInstance)
                .map(GiftSent.class::cast)
                .map(gift ->
                        "%s %d+%d %s"
                                .formatted(
                                        gift.name(), gift.count(), gift.increment(), gift.streak()))
                .toList();
    }

    /** Why something was missed, once for each time. */
    List<MissedWhy> missed() {
        return events().stream()
                .map(LiveEvent::payload)
                .filter(EventsMissed.class::isInstance)
                .map(missed -> ((EventsMissed) missed).reason())
                .toList();
    }

    /** Events of a type on the bus. */
    long published(String type) {
        return events().stream().filter(event -> event.type().equals("tiktok." + type)).count();
    }

    /** Everything that was heard is on the bus and in the log, once, and nothing else is. */
    void judge() {
        var heard =
                room.sent().stream()
                        .filter(message -> message.receivers() > 0)
                        .filter(message -> !message.type().equals("other"))
                        .toList();
        var expected = new HashSet<>(told);
        heard.stream()
                .filter(message -> !message.type().equals("gift"))
                .forEach(message -> expected.add(id(message)));
        Await.until(() -> messages().containsAll(expected) && increments() >= given());

        assertThat(messages()).containsExactlyInAnyOrderElementsOf(expected);
        var ids = published.ids();
        assertThat(new HashSet<>(ids)).hasSize(ids.size());
        judgeGifts(heard);
        judgeLikes(heard);
        Await.until(() -> stage.types(livestream).keySet().equals(Set.copyOf(published.ids())));
        assertThat(room.wrongFrames()).isZero();
    }

    /** The ids of events that are neither gifts nor gaps: each is one message. */
    private List<UUID> messages() {
        return events().stream()
                .filter(event -> !event.type().equals("tiktok.gift"))
                .filter(event -> !event.type().equals("tiktok.gap"))
                .map(LiveEvent::id)
                .toList();
    }

    private long increments() {
        return giftPayloads().stream().mapToLong(GiftSent::increment).sum();
    }

    private long given() {
        return room.gifts().values().stream().mapToLong(Long::longValue).sum();
    }

    private List<GiftSent> giftPayloads() {
        return events().stream()
                .map(LiveEvent::payload)
                .filter(GiftSent.class::isInstance)
                .map(GiftSent.class::cast)
                .toList();
    }

    /** However its messages came, a gift counts once: by increments, and by the ends. */
    private void judgeGifts(List<Sent> heard) {
        Await.until(() -> ended() >= given());
        var gifts = giftPayloads();
        assertThat(
                        gifts.stream()
                                .collect(
                                        Collectors.groupingBy(
                                                GiftSent::name,
                                                Collectors.summingLong(GiftSent::increment))))
                .isEqualTo(room.gifts());
        assertThat(ended()).isEqualTo(given());
        var known =
                heard.stream()
                        .map(message -> Long.toString(message.msgId()))
                        .collect(Collectors.toSet());
        assertThat(events())
                .filteredOn(event -> event.payload() instanceof GiftSent)
                .allMatch(event -> known.contains(event.msgId()));
    }

    private long ended() {
        return giftPayloads().stream()
                .filter(gift -> gift.streak() == Streak.ENDED || gift.streak() == Streak.SINGLE)
                .mapToLong(GiftSent::count)
                .sum();
    }

    private void judgeLikes(List<Sent> heard) {
        long taps =
                heard.stream()
                        .filter(message -> message.type().equals("like"))
                        .collect(Collectors.toMap(Sent::msgId, Sent::what, (one, _) -> one))
                        .values()
                        .stream()
                        .mapToLong(what -> Long.parseLong(what.substring(1)))
                        .sum();
        var likes =
                events().stream()
                        .map(LiveEvent::payload)
                        .filter(Liked.class::isInstance)
                        .map(Liked.class::cast)
                        .toList();
        assertThat(likes.stream().mapToLong(Liked::count).sum()).isEqualTo(taps);
        if (!likes.isEmpty()) {
            assertThat(likes.getLast().sum()).isEqualTo(taps);
            assertThat(likes.getLast().total()).isBetween(taps, room.likes());
        }
    }

    private static UUID id(Sent message) {
        return Ids.event(message.roomId(), message.msgId());
    }

    @Override
    public void close() {
        published.close();
    }
}
