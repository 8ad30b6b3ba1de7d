package io.streamwire.devices;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.Api;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.net.URI;
import java.util.Set;

/** What to paste into a sketch so that its board is this device; never with a secret in it. */
final class SnippetApi implements Api {

    private static final Set<String> TLS = Set.of("ssl", "tls", "mqtts", "wss");
    private static final int TLS_PORT = 8883;
    private static final int PORT = 1883;

    private static final String CA =
            """

            // The certificate of the authority that signed the broker's.
            #define STREAMWIRE_TLS 1
            static const char STREAMWIRE_CA[] = R"PEM(
            -----BEGIN CERTIFICATE-----
            <paste the CA certificate here>
            -----END CERTIFICATE-----
            )PEM";
            """;

    private final DeviceCache cache;
    private final URI mqttUrl;

    SnippetApi(DeviceCache cache, URI mqttUrl) {
        this.cache = cache;
        this.mqttUrl = mqttUrl;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES).get("/{id}/snippet", Permission.DEVICES_READ, this::snippet);
    }

    private void snippet(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        if (!request.query().first("format").asOptional().orElse("arduino").equals("arduino")) {
            throw Problem.badRequest("bad_format", "format must be arduino.");
        }
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .send(arduino(device, mqttUrl));
    }

    static String arduino(Device device, URI mqttUrl) {
        var tls = TLS.contains(mqttUrl.getScheme());
        var port = mqttUrl.getPort() < 0 ? (tls ? TLS_PORT : PORT) : mqttUrl.getPort();
        var settings =
                """
                // Streamwire, device "%s" (%s).
                // Fill in what stands in <>. Keep this file out of version control: it will hold a token.
                #define WIFI_SSID "<name of your Wi-Fi>"
                #define WIFI_PASSWORD "<password of your Wi-Fi>"

                #define STREAMWIRE_HOST "%s"
                #define STREAMWIRE_PORT %d
                #define STREAMWIRE_DEVICE "%s" // MQTT client id and user name
                #define STREAMWIRE_TOKEN "<an agent token of this device>" // MQTT password
                #define STREAMWIRE_ROOT "%s"
                """
                        .formatted(
                                comment(device.name()),
                                device.board(),
                                mqttUrl.getHost(),
                                port,
                                device.id(),
                                Topics.root(device.workspaceId(), device.id()));
        return tls ? settings + CA : settings;
    }

    /** Nothing that could end or continue a line of C++. */
    private static String comment(String name) {
        return name.replaceAll("[\\\\?\\p{Cntrl}\\u2028\\u2029]", " ");
    }
}
