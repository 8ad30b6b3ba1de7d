package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.Status;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class WholeApiTest {

    private static final String LAMPS =
            """
            {"openapi": "3.1.0",
             "paths": {
               "/api/v1/lamps/{id}": {"get": {"summary": "Reads a lamp", "responses":
                 {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Lamp"}}}}}}},
               "/internal/lamps": {"get": {"summary": "Not for everybody"}}},
             "components": {"schemas": {"Lamp": {"type": "object"}}}}
            """;

    @Test
    void theServicesDocumentsBecomeOne() throws Exception {
        try (var lamps = Backend.start((_, response) -> response.send(LAMPS));
                var client = Client.of(lamps)) {

            var answer = client.send(client.request("/api/v1/openapi.json"));

            assertThat(answer.statusCode()).isEqualTo(200);
            var document = Client.json(answer);
            assertThat(document.at("/info/title").asText()).isEqualTo("Streamwire");
            assertThat(document.at("/paths").has("/internal/lamps")).isFalse();
            assertThat(document.at("/paths").has("/health/ready")).isTrue();
            var read = document.at("/paths/~1api~1v1~1lamps~1{id}/get");
            assertThat(read.at("/tags/0").asText()).isEqualTo("devices"); // the last one wins
            assertThat(read.at("/responses/200/content/application~1json/schema/$ref").asText())
                    .isEqualTo("#/components/schemas/devices.Lamp");
            assertThat(document.at("/components/schemas/auth.Lamp/type").asText())
                    .isEqualTo("object");
            assertThat(document.has("x-missing")).isFalse();
            assertThat(client.send(client.request("/openapi")).body()).isEqualTo(answer.body());
            assertThat(lamps.arrived()).hasSize(4);
        }
    }

    @Test
    void servicesThatDoNotAnswerAreNamed() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        try (var lamps = Backend.start((_, response) -> response.send(LAMPS));
                var broken =
                        Backend.start((_, response) ->
                                response.status(Status.INTERNAL_SERVER_ERROR_500).send("{}"));
                var client =
                        Client.of(
                                lamps,
                                "gateway.rules-url",
                                "http://127.0.0.1:" + nobody,
                                "gateway.ingest-url",
                                broken.url())) {

            var document = Client.json(client.send(client.request("/openapi")));

            assertThat(document.at("/x-missing").toString()).isEqualTo("[\"ingest\",\"rules\"]");
            assertThat(document.at("/paths").has("/api/v1/lamps/{id}")).isTrue();
        }
    }
}
