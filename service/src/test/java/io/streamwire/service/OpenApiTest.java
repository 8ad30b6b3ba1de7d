package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    private final OpenApi document = OpenApi.of(OpenApiTest.class);

    private static List<Route> routes(Api api) {
        return HttpServer.routes("lamps", List.of(OpenApi.of(OpenApiTest.class), api));
    }

    private static void lamps(Routes routes) {
        routes.at("/api/v1/lamps", "/lamps")
                .get("/{id}", Permission.DEVICES_READ, (_, _) -> {})
                .post("/", Permission.PUBLIC, (_, _) -> {});
    }

    @Test
    void aDocumentOfExactlyTheRoutesHasNoDifferences() {
        assertThat(document.differences(routes(OpenApiTest::lamps))).isEmpty();
    }

    @Test
    void saysWhatToWriteForARouteThatIsMissing() {
        var differences =
                document.differences(
                        routes(routes -> {
                            lamps(routes);
                            routes.at("/api/v1/lamps", "/lamps")
                                    .delete("/{id}", Permission.DEVICES_CHANGE, (_, _) -> {});
                        }));

        assertThat(differences)
                .singleElement()
                .asString()
                .contains("lacks DELETE /api/v1/lamps/{id}", "delete: {", "devices_change");
    }

    @Test
    void findsARouteThatIsGoneAndOneWithAnotherPermission() {
        var differences =
                document.differences(
                        routes(routes ->
                                routes.at("/api/v1/lamps")
                                        .post("/", Permission.SIGNED_IN, (_, _) -> {})));

        assertThat(differences)
                .containsExactly(
                        "openapi.yaml has get /api/v1/lamps/{id}, which is no route: remove it",
                        "post /api/v1/lamps must say x-permission: signed_in, not public");
    }

    @Test
    void fillsInWhatFollowsFromTheRest() {
        JsonNode json = Json.mapper().valueToTree(document.document());

        var read = json.at("/paths/~1api~1v1~1lamps~1{id}/get");
        assertThat(read.at("/parameters/0/name").asText()).isEqualTo("id");
        assertThat(read.at("/parameters/1/$ref").asText()).endsWith("/Workspace");
        assertThat(read.at("/responses/404/description").asText()).isEqualTo("lamp_not_found");
        assertThat(read.at("/responses/401/description").asText()).contains("token_missing");
        assertThat(read.has("security")).isFalse();
        var create = json.at("/paths/~1api~1v1~1lamps/post");
        assertThat(create.at("/security").isEmpty()).isTrue();
        assertThat(create.at("/responses/401").isMissingNode()).isTrue();
    }
}
