package io.streamwire.ingest.webcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.streamwire.ingest.webcast.wire.FetchResult;
import io.streamwire.ingest.webcast.wire.Message;
import io.streamwire.ingest.webcast.wire.PushFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes from the socket: reading it neither throws nor takes much memory. */
class FramesFuzzTest {

    private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Instant NOW = Instant.parse("2026-01-07T18:00:00Z");
    private static final int MAX_UNPACKED = 1 << 16;
    private static final int DEFAULT_UNPACKED = 4 << 20;
    private static final int BOMB = 64 << 20;
    private static final long MOST_MEMORY = 32L << 20;

    @Test
    void noFrameThrowsOrTakesMuchMemory() throws IOException {
        var seeds = seeds();
        for (int round = 0; round < 30_000; round++) {
            var random = new Random(round);
            var bytes = Mutation.of(seeds.get(round % seeds.size()), random);

            long before = MEMORY.getCurrentThreadAllocatedBytes();
            var inbound = Frames.read(ByteString.copyFrom(bytes), NOW, MAX_UNPACKED);
            long taken = MEMORY.getCurrentThreadAllocatedBytes() - before;

            assertThat(inbound).as("round %d", round).isNotNull();
            assertThat(taken).as("bytes taken in round %d", round).isLessThan(MOST_MEMORY);
        }
    }

    /** Each is two bytes here, and would be 50 if it were made. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 99})
    void aFrameOfMillionsOfPartsIsNotTakenApart(int field) throws IOException {
        var parts = Mutation.repeated(field, DEFAULT_UNPACKED - 8);
        var frame = ByteString.copyFrom(frame("msg", gzip(parts)));
        assertThat(frame.size()).isLessThan(DEFAULT_UNPACKED / 100);

        long before = MEMORY.getCurrentThreadAllocatedBytes();
        var inbound = Frames.read(frame, NOW, DEFAULT_UNPACKED);
        long taken = MEMORY.getCurrentThreadAllocatedBytes() - before;

        assertThat(inbound).isInstanceOf(Inbound.Damaged.class);
        assertThat(taken).isLessThan(MOST_MEMORY);
    }

    /** Its last four bytes say how much there is, of the last of several streams. */
    @Test
    void whatIsPackedInTwoStreamsIsReadWhole() throws IOException {
        var message = Message.newBuilder().setMethod("WebcastChatMessage").setMsgId(7);
        var first = FetchResult.newBuilder().addMessages(message).addMessages(message).build();
        var second = FetchResult.newBuilder().setNeedAck(true).build();
        var packed = new ByteArrayOutputStream();
        packed.write(gzip(first.toByteArray()));
        packed.write(gzip(second.toByteArray()));

        var inbound = read(packed.toByteArray());

        assertThat(inbound)
                .isInstanceOfSatisfying(
                        Inbound.Messages.class,
                        it -> {
                            assertThat(it.messages()).hasSize(2);
                            assertThat(it.acknowledge()).isTrue();
                        });
    }

    @Test
    void aSizeThatIsALieIsNoGzip() throws IOException {
        for (byte lie : new byte[] {0, 1, 0x7f, (byte) 0xff}) {
            var packed = gzip(FetchResult.newBuilder().setCursor("c").build().toByteArray());
            packed[packed.length - 1] = lie;
            packed[packed.length - 4] ^= 1;

            assertThat(read(packed)).isEqualTo(new Inbound.Damaged(Inbound.Damage.NOT_GZIP));
        }
    }

    private static Inbound read(byte[] packed) throws IOException {
        return Frames.read(ByteString.copyFrom(frame("msg", packed)), NOW, MAX_UNPACKED);
    }

    private static List<byte[]> seeds() throws IOException {
        var message = Message.newBuilder().setMethod("WebcastChatMessage").setMsgId(7);
        var result = FetchResult.newBuilder().setNeedAck(true).setCursor("c");
        for (int i = 0; i < 20; i++) {
            result.addMessages(message.setPayload(ByteString.copyFromUtf8("payload " + i)));
        }
        var plain = result.build().toByteArray();
        return List.of(
                frame("msg", plain),
                frame("msg", gzip(plain)),
                frame("msg", gzip(new byte[BOMB])),
                frame("hb", new byte[0]));
    }

    private static byte[] frame(String type, byte[] payload) {
        return PushFrame.newBuilder()
                .setLogId(5)
                .setPayloadType(type)
                .setPayload(ByteString.copyFrom(payload))
                .build()
                .toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }
}
