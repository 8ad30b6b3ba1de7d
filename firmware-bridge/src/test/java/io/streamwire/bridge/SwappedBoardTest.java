package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.BoardState.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A board that is plugged in where another one was a moment ago is not that one. */
@ExtendWith(SharedBroker.class)
class SwappedBoardTest {

    private static final String FIRST = "usb:2341:0043:FIRST";
    private static final String SECOND = "usb:2341:0043:SECOND";
    private static final Map<String, Long> SHORT = Map.of("ms", 60L);

    private final Rig rig = new Rig();
    private final BoardProcess first;
    private final BoardProcess second;
    private final Socket socket;
    private final Bridge bridge;
    private final UUID device;

    SwappedBoardTest(@TempDir Path directory) {
        BoardProcess.build();
        first = BoardProcess.host(directory, "first");
        second = BoardProcess.host(directory, "second");
        socket = new Socket(directory.resolve("usb"));
        socket.plug(first, FIRST);
        socket.lookCloser();
        bridge =
                Bridge.start(
                        new BridgeSettings(
                                rig.hub(),
                                0,
                                new BridgeSettings.Serial(
                                        List.of(),
                                        true,
                                        BridgeSettings.Serial.VENDORS,
                                        Set.of(),
                                        BridgeSettings.Serial.BAUD,
                                        Duration.ofMillis(100),
                                        BridgeSettings.Serial.MOST_BOARDS),
                                List.of(),
                                List.of()),
                        new Bridge.Machine(
                                List.of(socket),
                                () -> {
                                    throw new IllegalStateException("no pins");
                                }),
                        () -> {});
        device = rig.adopt(FIRST);
        Await.until("nobody waits for adoption", () -> rig.unknown().isEmpty());
        rig.arm();
        rig.moveOnce(device, "relay_pulse", SHORT);
    }

    @AfterEach
    void unplug() {
        bridge.close();
        first.close();
        second.close();
        rig.close();
    }

    @Test
    void aBoardInThePlaceOfAnotherIsLookedAtAnew() {
        socket.plug(second, SECOND);
        first.tell("unplug");

        Await.until("it waits for adoption", () -> rig.unknown().size() == 1);
        assertIsNotTheOther();
    }

    @Test
    void aNewLookEndsWhatWasBegunUnderAnotherName() {
        socket.plug(second, SECOND);
        socket.lookCloser();

        Await.until("it waits for adoption", () -> rig.unknown().size() == 1);
        assertIsNotTheOther();
    }

    @Test
    void twoBoardsWithOneSerialNumberAreToldApartByTheirFirmware() {
        socket.plug(second, FIRST);
        first.tell("unplug");

        Await.until("it waits for adoption", () -> rig.unknown().size() == 1);
        assertIsNotTheOther();
        rig.release(device);
        rig.moveOnce(rig.adopt(FIRST), "relay_pulse", SHORT); // somebody wants it to be the one
        assertThat(second.used()).isNotEmpty();
    }

    private void assertIsNotTheOther() {
        assertThat(rig.is(device, Phase.LOST)).isTrue();
        var id = rig.command(device, "relay_pulse", SHORT);
        assertThat(rig.awaitEnd(id).why()).isNotNull();
        assertThat(second.used()).isEmpty();
    }

    /** One path, and whatever is plugged in there. Looks closer only when it is told to. */
    private static final class Socket implements Ports {
        private final Path path;
        private volatile Found plugged;
        private volatile List<Found> seen = List.of();

        Socket(Path path) {
            this.path = path;
            this.plugged = found("");
        }

        private Found found(String name) {
            return new Found(path.toString(), List.of(name), "a test's", false);
        }

        void plug(BoardProcess board, String name) {
            try {
                Files.deleteIfExists(path);
                Files.createSymbolicLink(path, board.port().toRealPath());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            plugged = found(name);
        }

        void lookCloser() {
            seen = List.of(plugged);
        }

        @Override
        public List<Found> list() {
            return seen;
        }

        @Override
        public void forget() {
            lookCloser();
        }
    }
}
