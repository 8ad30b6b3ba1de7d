package io.streamwire.liveroom;

import com.google.protobuf.ByteString;
import io.streamwire.liveroom.ScriptedViewer.Role;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Messages that go out together, as TikTok batches them; field numbers as on the wire. */
public final class Frame {

    /**
     * A message that is written once its frame is sent.
     *
     * @param taps likes that it adds to the room's total
     */
    record Draft(int taps, Writer writer) {
        interface Writer {
            Message write(Stamp stamp);
        }
    }

    /**
     * What a message learns only when it is sent.
     *
     * @param likes likes of the room, this message included
     */
    record Stamp(long roomId, long msgId, long createdMillis, long likes) {
        /** CommonMessageData, field 1 of every message. */
        Fields common(String method, String displayKey) {
            var common =
                    new Fields()
                            .text(1, method)
                            .number(2, msgId)
                            .number(3, roomId)
                            .number(4, createdMillis);
            if (!displayKey.isEmpty()) {
                common.message(8, new Fields().text(1, displayKey));
            }
            return common;
        }
    }

    private static final String GIFT = "WebcastGiftMessage";

    private final List<Draft> drafts = new ArrayList<>();

    public Frame comment(ScriptedViewer viewer, String text) {
        return comment(viewer, text, false);
    }

    Frame comment(ScriptedViewer viewer, String text, boolean matches) {
        return add(
                "WebcastChatMessage",
                "comment",
                text,
                matches,
                "",
                fields ->
                        fields.message(2, user(viewer))
                                .text(3, text)
                                .text(14, "en")
                                .message(18, identity(viewer)));
    }

    /** A gift that is no streak. */
    public Frame gift(ScriptedViewer viewer, Gift gift) {
        return gift(viewer, gift, 0, 1, false, false);
    }

    /**
     * One step of a streak.
     *
     * @param groupId the streak
     * @param count how many so far
     * @param end the streak is over
     */
    public Frame giftStep(ScriptedViewer viewer, Gift gift, long groupId, int count, boolean end) {
        return gift(viewer, gift, groupId, count, end, false);
    }

    Frame gift(
            ScriptedViewer viewer,
            Gift gift,
            long groupId,
            int count,
            boolean end,
            boolean matches) {
        var given = new Given(gift.name(), groupId, count);
        return add(
                0,
                stamp -> {
                    var fields = giftFields(viewer, gift, groupId, count, end, stamp);
                    return new Message(
                            GIFT,
                            fields.toByteString(),
                            stamp.msgId(),
                            "gift",
                            gift.name() + " x" + count,
                            matches,
                            given);
                });
    }

    private static Fields giftFields(
            ScriptedViewer viewer, Gift gift, long groupId, int count, boolean end, Stamp stamp) {
        var details =
                new Fields()
                        .number(5, gift.id())
                        .flag(10, gift.streakable())
                        .number(11, gift.streakable() ? 1 : 2)
                        .number(12, gift.diamonds())
                        .text(16, gift.name());
        return new Fields()
                .message(1, stamp.common(GIFT, ""))
                .number(2, gift.id())
                .number(4, 1)
                .number(5, count)
                .number(6, count)
                .message(7, user(viewer))
                .number(9, end ? 1 : 0)
                .number(11, groupId)
                .message(15, details)
                .message(32, identity(viewer));
    }

    public Frame like(ScriptedViewer viewer, int taps) {
        return add(
                "WebcastLikeMessage",
                "like",
                "x" + taps,
                taps,
                (fields, stamp) ->
                        fields.number(2, taps).number(3, stamp.likes()).message(5, user(viewer)));
    }

    /** A like message whose room total is what another server believes. */
    public Frame like(ScriptedViewer viewer, int taps, long total) {
        return add(
                "WebcastLikeMessage",
                "like",
                "x" + taps,
                0,
                (fields, _) -> fields.number(2, taps).number(3, total).message(5, user(viewer)));
    }

    public Frame join(ScriptedViewer viewer) {
        return add(
                "WebcastMemberMessage",
                "join",
                "",
                false,
                "",
                fields -> fields.message(2, user(viewer)).number(3, 1).number(10, 1));
    }

    public Frame follow(ScriptedViewer viewer) {
        return add(
                "WebcastSocialMessage",
                "follow",
                "",
                false,
                "pm_main_follow_message_viewer_2",
                fields -> fields.message(2, user(viewer)).number(4, 1));
    }

    public Frame share(ScriptedViewer viewer) {
        return add(
                "WebcastSocialMessage",
                "share",
                "",
                false,
                "pm_mt_guidance_share",
                fields -> fields.message(2, user(viewer)).number(3, 1).number(4, 3));
    }

    /** A subscription in its so-manieth month. */
    public Frame subscription(ScriptedViewer viewer, int months) {
        return add(
                "WebcastSubNotifyMessage",
                "subscribe",
                "month " + months,
                false,
                "",
                fields -> fields.message(2, user(viewer)).number(4, months));
    }

    public Frame question(ScriptedViewer viewer, String text) {
        return add(
                "WebcastQuestionNewMessage",
                "question",
                text,
                false,
                "",
                fields ->
                        fields.message(
                                2,
                                new Fields().number(1, 1).text(2, text).message(5, user(viewer))));
    }

    public Frame emote(ScriptedViewer viewer, String id) {
        return add(
                "WebcastEmoteChatMessage",
                "emote",
                id,
                false,
                "",
                fields -> fields.message(2, user(viewer)).message(3, new Fields().text(1, id)));
    }

    /** A treasure box that has just been put up. */
    public Frame envelope(ScriptedViewer viewer, String id, int diamonds, int people) {
        return add(
                "WebcastEnvelopeMessage",
                "envelope",
                id,
                false,
                "",
                fields ->
                        fields.message(
                                        2,
                                        new Fields()
                                                .text(1, id)
                                                .text(4, viewer.nickname())
                                                .number(5, diamonds)
                                                .number(6, people)
                                                .text(8, Long.toString(viewer.id())))
                                .number(3, 1));
    }

    /** Viewers now and so far. */
    public Frame viewers(long now, long total) {
        return add(
                "WebcastRoomUserSeqMessage",
                "viewers",
                "viewers " + now,
                false,
                "",
                fields -> fields.number(3, now).number(7, total));
    }

    /** 1 paused, 2 resumed, 3 ended by the host, 4 ended by the platform. */
    public Frame control(int action) {
        return add(
                "WebcastControlMessage",
                "control",
                "control " + action,
                false,
                "",
                fields -> fields.number(2, action));
    }

    /** A message of a type that no client knows. */
    public Frame unknown(String method) {
        return add(
                method,
                "other",
                "unknown",
                false,
                "",
                fields -> fields.number(7, 42).text(999, "new"));
    }

    /** A message whose payload is not protobuf. */
    public Frame corrupt(String method) {
        var payload = ByteString.copyFrom(new byte[] {0x0a, 0x7f, 0x01, (byte) 0xff, (byte) 0xff});
        return add(
                0, stamp -> new Message(method, payload, stamp.msgId(), "other", "corrupt", false));
    }

    /** A comment whose text is not UTF-8. */
    public Frame commentInLatin1(ScriptedViewer viewer, String text) {
        return add(
                "WebcastChatMessage",
                "comment",
                text,
                false,
                "",
                fields ->
                        fields.message(2, user(viewer))
                                .bytes(3, text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    List<Draft> drafts() {
        return List.copyOf(drafts);
    }

    private interface Body {
        Fields write(Fields fields);
    }

    private interface StampedBody {
        Fields write(Fields fields, Stamp stamp);
    }

    private Frame add(
            String method,
            String type,
            String what,
            boolean matches,
            String displayKey,
            Body body) {
        return add(
                0,
                stamp -> {
                    var fields = new Fields().message(1, stamp.common(method, displayKey));
                    var payload = body.write(fields).toByteString();
                    return new Message(method, payload, stamp.msgId(), type, what, matches);
                });
    }

    private Frame add(String method, String type, String what, int taps, StampedBody body) {
        return add(
                taps,
                stamp -> {
                    var fields = new Fields().message(1, stamp.common(method, ""));
                    var payload = body.write(fields, stamp).toByteString();
                    return new Message(method, payload, stamp.msgId(), type, what, false);
                });
    }

    private Frame add(int taps, Draft.Writer writer) {
        drafts.add(new Draft(taps, writer));
        return this;
    }

    private static Fields user(ScriptedViewer viewer) {
        return new Fields()
                .number(1, viewer.id())
                .text(3, viewer.nickname())
                .text(5, "just watching")
                .message(
                        9,
                        new Fields()
                                .text(1, "https://example.invalid/" + viewer.id() + ".webp")
                                .text(2, "avatar"))
                .message(24, new Fields().message(1, new Fields().text(1, "team").number(2, 3)))
                .text(38, viewer.handle())
                .text(46, "MS4wLjABAAAA" + viewer.id())
                .text(1028, Long.toString(viewer.id()))
                .flag(1029, viewer.roles().contains(Role.FOLLOWER))
                .flag(1090, viewer.roles().contains(Role.SUBSCRIBER));
    }

    private static Fields identity(ScriptedViewer viewer) {
        var identity = new Fields();
        for (var role : Role.values()) {
            identity.flag(role.field(), viewer.roles().contains(role));
        }
        return identity;
    }
}
