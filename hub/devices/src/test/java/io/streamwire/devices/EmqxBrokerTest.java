package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmqxBrokerTest {

    private static final UUID WORKSPACE = UUID.randomUUID();
    private static final UUID BRIDGE = UUID.randomUUID();
    private static final UUID FIRST = UUID.randomUUID();
    private static final UUID SECOND = UUID.randomUUID();

    private final List<String> ended = new CopyOnWriteArrayList<>();
    private final HttpServer emqx;
    private final EmqxBroker broker;

    EmqxBrokerTest() throws IOException {
        emqx = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        emqx.createContext(
                "/api/v5/clients/",
                exchange -> {
                    ended.add(exchange.getRequestMethod() + exchange.getRequestURI());
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        emqx.start();
        broker =
                new EmqxBroker(
                        URI.create("http://127.0.0.1:" + emqx.getAddress().getPort()),
                        "key",
                        "secret");
    }

    @AfterEach
    void stop() {
        emqx.stop(0);
    }

    @Test
    void aBridgeThatLosesABoardLosesItsSession() {
        hangs(FIRST); // nobody knows what hung on it before
        hangs(FIRST, SECOND);
        hangs(FIRST, SECOND);
        assertThat(ended).containsExactly("DELETE/api/v5/clients/" + BRIDGE);

        hangs(SECOND);
        assertThat(ended).hasSize(2).containsOnly("DELETE/api/v5/clients/" + BRIDGE);
        hangs();
        assertThat(ended).hasSize(3);
    }

    private void hangs(UUID... boards) {
        broker.setChildren(WORKSPACE, BRIDGE, Set.of(boards));
    }
}
