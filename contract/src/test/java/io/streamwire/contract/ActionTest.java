package io.streamwire.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActionTest {

    private static final UUID DEVICE = UUID.fromString("01980000-0000-7000-8000-00000000000d");

    @ParameterizedTest
    @ValueSource(strings = {"device", "tag"})
    void actionsAreReadAndWrittenAsDocumented(String kind) throws IOException {
        var documented = golden(kind);

        var written = Json.write(Json.read(documented.toString(), Action.class));

        assertThat(Json.read(written, JsonNode.class)).isEqualTo(documented);
    }

    @Test
    void anActionIsForADeviceOrForATag() throws IOException {
        var device = Json.read(golden("device").toString(), Action.class);
        var tag = Json.read(golden("tag").toString(), Action.class);

        assertThat(device)
                .returns(DEVICE, Action::deviceId)
                .returns(null, Action::tag)
                .returns(null, Action::priority)
                .returns(Map.of("level", 60L), Action::args);
        assertThat(tag)
                .returns(null, Action::deviceId)
                .returns("lights", Action::tag)
                .returns(9, Action::priority);
    }

    @Test
    void thereAreTenPriorities() throws IOException {
        var action = (ObjectNode) golden("device");

        assertThatThrownBy(() -> Json.read(action.put("priority", 10).toString(), Action.class))
                .isInstanceOf(Json.MalformedJson.class);
    }

    @Test
    void anActionForBothOrForNobodyIsMalformed() throws IOException {
        var both = (ObjectNode) golden("tag");
        both.put("device_id", DEVICE.toString());
        var nobody = (ObjectNode) golden("device");
        nobody.remove("device_id");

        assertThatThrownBy(() -> Json.read(both.toString(), Action.class))
                .isInstanceOf(Json.MalformedJson.class);
        assertThatThrownBy(() -> Json.read(nobody.toString(), Action.class))
                .isInstanceOf(Json.MalformedJson.class);
    }

    private static JsonNode golden(String kind) throws IOException {
        try (var in = ActionTest.class.getResourceAsStream("/golden/actions.json")) {
            return Json.mapper().readTree(in).get(kind);
        }
    }
}
