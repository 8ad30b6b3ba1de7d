package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.service.OpenApi;
import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class OpenApiTest {

    private final Rig rig;

    OpenApiTest(Rig rig) {
        this.rig = rig;
    }

    @Test
    void theDocumentDescribesEveryRouteAndNoOther() {
        assertThat(OpenApi.of(Devices.class).differences(rig.devices().routes())).isEmpty();
    }

    @Test
    void theDocumentIsPublic() {
        var answer =
                Member.send(
                        HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + rig.port() + "/openapi")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/openapi")).isEqualTo("3.1.0");
        assertThat(answer.text("/info/title")).isEqualTo("Streamwire devices");
    }
}
