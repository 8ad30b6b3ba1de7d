package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.HeaderNames;
import io.streamwire.contract.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LiveStatusTest {

    private final UUID workspace = Ids.next();
    private final UUID livestream = Ids.next();
    private final LinkedBlockingQueue<String> happening = new LinkedBlockingQueue<>();
    private final Backend ingest =
            Backend.start((_, response) -> {
                response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
                try (var out = response.outputStream()) {
                    out.write(":\n\n".getBytes(StandardCharsets.UTF_8));
                    for (var next = happening.take(); !next.isEmpty(); next = happening.take()) {
                        out.write(
                                ("event: status\ndata: " + next + "\n\n")
                                        .getBytes(StandardCharsets.UTF_8));
                        out.flush();
                    }
                }
            });

    @Test
    void allWhoFollowAWorkspaceShareOneStreamOfIngest() throws Exception {
        var token = Client.token(UUID.randomUUID(), workspace, Duration.ofMinutes(10));
        try (ingest;
                var gateway = Client.of(ingest);
                var first = LiveClient.connect(gateway, token).subscribe(workspace, "livestreams");
                var second = LiveClient.connect(gateway, token)) {
            happening.put(status("live", 1));
            assertThat(first.numbers(1)).containsExactly(1);

            second.subscribe(workspace, "livestreams");
            assertThat(second.numbers(1)).containsExactly(1);
            happening.put(status("live", 2));

            assertThat(first.numbers(2)).containsExactly(1, 2);
            assertThat(second.numbers(2)).containsExactly(1, 2);
            assertThat(second.data().getLast().path("event").asText()).isEqualTo("status");
            assertThat(second.data().getLast().at("/data/status").asText()).isEqualTo("live");
            var asked = ingest.onlyArrival();
            assertThat(asked.target()).isEqualTo("/api/v1/livestreams/status/stream");
            assertThat(asked.header("x-workspace-id")).isEqualTo(workspace.toString());
            assertThat(asked.header("authorization")).isEqualTo("Bearer " + token);

            happening.put(""); // ingest goes
            first.await("gap");
            second.await("gap");
            happening.put(status("live", 3));
            assertThat(first.numbers(3)).containsExactly(1, 2, 3);
        }
    }

    private String status(String status, int n) {
        return "{\"id\":\"%s\",\"status\":\"%s\",\"n\":%d}".formatted(livestream, status, n);
    }
}
