package io.streamwire.gateway;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamTest {

    private static final URI NAME = URI.create("http://rules:8003");
    private static final URI FIRST = URI.create("http://10.0.0.1:8003");
    private static final URI SECOND = URI.create("http://10.0.0.2:8003");
    private static final URI THIRD = URI.create("http://10.0.0.3:8003");

    @Test
    void instancesBehindANameTakeTurnsAndComeAndGo() throws Exception {
        var addresses = new AtomicReference<>(List.of(FIRST, SECOND));
        var upstream = new Upstream("rules", List.of(NAME), _ -> addresses.get());

        assertThat(paths(upstream)).containsExactly(FIRST.resolve("/x"), SECOND.resolve("/x"));
        assertThat(paths(upstream)).containsExactly(SECOND.resolve("/x"), FIRST.resolve("/x"));

        var second = upstream.instances().get(1);
        addresses.set(List.of(SECOND, THIRD));
        Await.until(() -> upstream.instances().getFirst() == second);

        assertThat(upstream.instances()).hasSize(2);
        assertThat(upstream.instances().get(1).resolve("/x")).isEqualTo(THIRD.resolve("/x"));
    }

    @Test
    void oneThatFailedIsTriedLast() {
        var upstream = new Upstream("rules", List.of(FIRST, SECOND));
        upstream.instances().getFirst().failed(new IOException("away"));

        assertThat(paths(upstream).getFirst()).isEqualTo(SECOND.resolve("/x"));
        assertThat(paths(upstream).getFirst()).isEqualTo(SECOND.resolve("/x"));
    }

    @Test
    void aWorkspaceStaysAtOneInstanceWhileThatLives() {
        var upstream = new Upstream("devices", List.of(FIRST, SECOND, THIRD));
        var homes =
                IntStream.range(0, 100)
                        .mapToObj(n -> upstream.inTurn("workspace " + n).getFirst())
                        .collect(groupingBy(instance -> instance, counting()));
        var home = upstream.inTurn("workspace 7").getFirst();

        assertThat(upstream.inTurn("workspace 7").getFirst()).isSameAs(home);
        assertThat(homes.values()).hasSize(3).allMatch(share -> share > 15);

        home.failed(new IOException("away"));
        assertThat(upstream.inTurn("workspace 7").getFirst()).isNotSameAs(home);
        assertThat(upstream.inTurn("workspace 7").getLast()).isSameAs(home);
    }

    /** As Docker numbers the instances of a service. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 9, 12})
    void workspacesAreSpreadOverNeighbours(int other) {
        var upstream =
                new Upstream(
                        "devices",
                        List.of(
                                URI.create("http://172.18.0.2:8004"),
                                URI.create("http://172.18.0." + other + ":8004")));

        var homes =
                Stream.generate(() -> Ids.next().toString())
                        .limit(1_000)
                        .map(workspace -> upstream.inTurn(workspace).getFirst())
                        .collect(groupingBy(instance -> instance, counting()));

        assertThat(homes.values()).hasSize(2).allMatch(share -> share > 400);
    }

    private static List<URI> paths(Upstream upstream) {
        return upstream.inTurn().stream().map(instance -> instance.resolve("/x")).toList();
    }
}
