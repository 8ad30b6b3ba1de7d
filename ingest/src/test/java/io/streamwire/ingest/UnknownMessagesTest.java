package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.streamwire.ingest.webcast.wire.Message;
import io.streamwire.liveroom.Frame;
import io.streamwire.service.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class UnknownMessagesTest {

    private static final ByteString BYTES = ByteString.copyFromUtf8("payload");

    @TempDir Path place;

    @Test
    void whatARoomSendsThatIsNotKnownIsKeptWhenAskedFor() throws IOException {
        var directory = place.resolve("unknown");
        try (var stage = Stage.open("ingest.keep-unknown", directory.toString())) {
            var room = stage.liveRoom.room("maker");
            var livestream = stage.connect(room);

            room.send(new Frame().unknown("WebcastNewMessage").unknown("WebcastNewMessage"));

            Await.until(() -> stage.unknown(livestream, "WebcastNewMessage") == 2);
            Await.until(() -> Files.exists(directory.resolve("WebcastNewMessage.1.bin")));
        }
        assertThat(files(directory))
                .containsExactly("WebcastNewMessage.0.bin", "WebcastNewMessage.1.bin");
        var first = directory.resolve("WebcastNewMessage.0.bin");
        assertThat(UnknownFieldSet.parseFrom(Files.readAllBytes(first)).asMap())
                .containsKeys(1, 7, 999);
        assertThat(Files.getPosixFilePermissions(directory))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(first))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void ofEachTypeTheFirstFewAreKeptAlsoAfterARestart() throws IOException {
        for (int start = 0; start < 2; start++) {
            var unknown = UnknownMessages.in(Optional.of(place));
            for (int i = 0; i < 15; i++) {
                unknown.keep(message("WebcastNewMessage", BYTES));
            }
        }

        assertThat(files(place)).hasSize(UnknownMessages.OF_A_TYPE);
        assertThat(place.resolve("WebcastNewMessage.9.bin")).hasContent("payload");
    }

    @Test
    void hostileNamesAndSizesCostLittle() throws IOException {
        var unknown = UnknownMessages.in(Optional.of(place));
        unknown.keep(message("../../escaped", BYTES));
        unknown.keep(message("", BYTES));
        unknown.keep(message("x".repeat(61), BYTES));
        for (int i = 0; i < 300; i++) {
            unknown.keep(message("Type" + i, BYTES));
        }
        unknown.keep(message("Type1", ByteString.copyFrom(new byte[UnknownMessages.LARGEST + 1])));

        assertThat(files(place))
                .hasSize(UnknownMessages.TYPES - 1 + UnknownMessages.OF_A_TYPE)
                .contains("others.0.bin", "others.9.bin", "Type0.0.bin")
                .doesNotContain("Type1.1.bin");
        assertThat(place.resolve("../../escaped.0.bin")).doesNotExist();
    }

    @Test
    void nothingIsKeptUnlessAskedFor() throws IOException {
        UnknownMessages.in(Optional.empty()).keep(message("WebcastNewMessage", BYTES));

        assertThat(files(place)).isEmpty();
    }

    @Test
    void aPlaceThatCannotBeIsRefused() throws IOException {
        var file = Files.createFile(place.resolve("file"));

        assertThatThrownBy(() -> UnknownMessages.in(Optional.of(file.resolve("below"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ingest.keep-unknown");
    }

    @Test
    void hostileNamesAreCountedTogether() {
        var counters = new Counters();
        for (int i = 0; i < 1_000; i++) {
            counters.unknown("Type" + i + "x".repeat(10_000));
        }

        var counted = counters.snapshot().unknown();
        assertThat(counted).hasSize(101).containsEntry("others", 900L);
        assertThat(counted.keySet()).allMatch(name -> name.length() <= 60);
    }

    private static Message message(String method, ByteString payload) {
        return Message.newBuilder().setMethod(method).setPayload(payload).build();
    }

    private static List<String> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
