package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.virtualboard.BoardAccess;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SharedHub.class)
class SimulatedBoardsTest {

    private static final String BOARDS = "/api/v1/simulators/boards";

    @Test
    void aSimulatedBoardConnectsAndMovesLikeAnyOther() {
        var account = Viewer.Account.made();
        var board = account.api().newBoard(account.workspaceId(), "Motor");

        add(account, board);
        Wait.until(
                Duration.ofSeconds(20),
                "the board has described itself",
                () -> device(account, board).has("capabilities"));
        account.api().post("/api/v1/devices/arm", Map.of());
        Wait.until(
                Duration.ofSeconds(20),
                "the board is armed",
                () -> account.api().get(BOARDS).at("/items/0/armed").asBoolean());
        account.api()
                .post(
                        "/api/v1/devices/" + board.deviceId() + "/command",
                        Map.of("command", "light_on", "args", Map.of("ms", 5_000)));

        Wait.until(
                Duration.ofSeconds(20),
                "its lamp is on",
                () -> account.api().get(BOARDS).at("/items/0/on/0").asText().equals("light_on"));
    }

    @Test
    void itBelongsToItsWorkspaceAndGoesWhenItIsRemoved() {
        var account = Viewer.Account.made();
        var board = account.api().newBoard(account.workspaceId(), "Motor");
        add(account, board);

        assertThat(Viewer.Account.made().api().get(BOARDS).path("items")).isEmpty();
        assertThatThrownBy(() -> add(account, board)).hasMessageContaining("board_exists");
        account.api().delete(BOARDS + "/" + board.deviceId());

        assertThat(account.api().get(BOARDS).path("items")).isEmpty();
    }

    @Test
    void theTokenMustBeOfTheDeviceAndTheWorkspace() {
        var account = Viewer.Account.made();
        var board = account.api().newBoard(account.workspaceId(), "Motor");
        var another = account.api().newBoard(account.workspaceId(), "Another");
        var mixed = new BoardAccess(account.workspaceId(), board.deviceId(), another.token());

        assertThatThrownBy(() -> add(account, mixed)).hasMessageContaining("invalid_value");
        assertThatThrownBy(() -> add(Viewer.Account.made(), board))
                .hasMessageContaining("invalid_value");
        add(account, board);
    }

    @Test
    void itGoesWithItsDevice() {
        var account = Viewer.Account.made();
        var board = account.api().newBoard(account.workspaceId(), "Motor");
        add(account, board);

        var device = "/api/v1/devices/" + board.deviceId();
        account.api().delete(device, account.api().get(device).path("version").asInt());

        Wait.until(
                Duration.ofSeconds(30),
                "the board has gone",
                () -> account.api().get(BOARDS).path("items").isEmpty());
    }

    @Test
    void aBodyThatTricklesHoldsUpNobody() throws Exception {
        var account = Viewer.Account.made();
        var board = account.api().newBoard(account.workspaceId(), "Motor");
        var token =
                account.api()
                        .post(
                                "/api/v1/auth/login",
                                Map.of("email", account.email(), "password", Viewer.PASSWORD))
                        .path("access_token")
                        .asText();
        var url = SharedHub.hub().url();
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            var head =
                    "POST %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 99\r\n\r\n"
                            .formatted(BOARDS, token);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H'); // it waits for the body

            add(account, board);

            assertThat(account.api().get(BOARDS).path("items")).hasSize(1);
        }
    }

    @Test
    void theyAreInTheDocumentOfTheWholeApi() {
        var paths = Viewer.Account.made().api().get("/api/v1/openapi.json").path("paths");

        assertThat(paths.path(BOARDS).has("get")).isTrue();
        assertThat(paths.path(BOARDS).has("post")).isTrue();
        assertThat(paths.path(BOARDS + "/{id}").has("delete")).isTrue();
        assertThat(paths.toString()).contains("#/components/schemas/simulators.Board");
    }

    @Test
    void aWorkspaceHasFourOfThem() {
        var account = Viewer.Account.made();
        for (int i = 0; i < 4; i++) {
            add(account, account.api().newBoard(account.workspaceId(), "Board " + i));
        }

        var fifth = account.api().newBoard(account.workspaceId(), "Board 5");

        assertThatThrownBy(() -> add(account, fifth)).hasMessageContaining("too_many_boards");
    }

    @Test
    void theyAreKeptInAFileOfTheHubsUserAlone(@TempDir Path directory) throws Exception {
        var kept = KeptBoards.in(directory);
        var board =
                new KeptBoards.KeptBoard(
                        UUID.randomUUID(), UUID.randomUUID(), "a token", UUID.randomUUID());

        kept.add(board);

        assertThat(KeptBoards.in(directory).all()).containsExactly(board);
        var file = directory.resolve("simulated-boards.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        kept.remove(board.deviceId());
        assertThat(KeptBoards.in(directory).all()).isEmpty();
    }

    private static void add(Viewer.Account account, BoardAccess board) {
        account.api()
                .post(
                        BOARDS,
                        Map.of("device_id", board.deviceId().toString(), "token", board.token()));
    }

    private static JsonNode device(Viewer.Account account, BoardAccess board) {
        return account.api().get("/api/v1/devices/" + board.deviceId());
    }
}
