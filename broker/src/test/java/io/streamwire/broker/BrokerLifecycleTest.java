package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerLifecycleTest {

    @TempDir private Path directory;

    @Test
    void aTakenPortIsNamedInOneLine() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var settings =
                    new BrokerSettings(
                            BrokerSettings.LOOPBACK,
                            taken.getLocalPort(),
                            BrokerSettings.Tls.OFF,
                            0,
                            0,
                            directory,
                            Fixture.HUB_PASSWORD,
                            Fixture.SECRET,
                            BrokerSettings.Limits.STANDARD);

            assertThatThrownBy(() -> Broker.start(settings, _ -> java.util.Optional.empty()))
                    .isInstanceOf(Broker.StartException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("broker.port")
                    .message()
                    .doesNotContain("\n");
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsNamed() throws IOException {
        var file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> new Fixture(file))
                .isInstanceOf(Broker.StartException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void itStopsAndStartsAgainAndLeavesTheUncaughtExceptionHandlerAlone() {
        var handler = Thread.getDefaultUncaughtExceptionHandler();
        var first = new Fixture(directory);
        var port = first.broker.port();
        first.broker.check();
        first.device5().disconnect();
        first.close();
        assertThatThrownBy(first.broker::check).isInstanceOf(IllegalStateException.class);

        var settings =
                new BrokerSettings(
                        BrokerSettings.LOOPBACK,
                        port,
                        BrokerSettings.Tls.OFF,
                        0,
                        0,
                        directory,
                        Fixture.HUB_PASSWORD,
                        Fixture.SECRET,
                        BrokerSettings.Limits.STANDARD);
        try (var fixture = new Fixture(settings)) {
            assertThat(fixture.broker.port()).isEqualTo(port);
            fixture.device5().disconnect();
        }
        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(handler);
    }
}
