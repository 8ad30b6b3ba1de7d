package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Viewer;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTemplateTest {

    private final LiveEvents events = new LiveEvents();

    @Test
    void textsAreFilledAndTheRestStays() {
        var filled =
                fill(
                        "{\"content\": \"{viewer} says {text}\", \"n\": 1.5, \"list\": [\"{handle}\", true, null]}",
                        events.comment("hello"));

        assertThat(filled)
                .isEqualTo(
                        json(
                                "{\"content\": \"Anna says hello\", \"n\": 1.5, \"list\": [\"anna\", true, null]}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\", \"admin\": true, \"x\": \"",
                "\"}, {\"a\": 1",
                "<script>alert(1)</script>",
                "'; DROP TABLE rules; --",
                "sw/1/+/#",
                "{viewer}",
                "\\\" \\u0000",
            })
    void whatAViewerWritesIsATextAndNothingElse(String hostile) {
        var eve = new Viewer("7", "eve", hostile, List.of(), 0, null);

        var filled = fill("{\"content\": \"{viewer}\"}", events.comment(eve, "x"));

        assertThat(filled.size()).isEqualTo(1);
        assertThat(filled.get("content").asText()).isEqualTo(hostile);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[]", "\"text\"", "1", "{\"a\": {\"b\": \"{nobody}\"}}", "{\"a\": \"{\"}"})
    void whatIsNoTemplateIsRefused(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(InvalidRule.class);
    }

    @Test
    void itIsBounded() {
        assertThatThrownBy(() -> read("{\"a\": [" + "1,".repeat(2_000) + "1]}"))
                .isInstanceOf(InvalidRule.class);
        assertThatThrownBy(() -> read(texts(JsonTemplate.MAX_TEXTS + 1)))
                .isInstanceOf(InvalidRule.class);
        assertThat(read(texts(JsonTemplate.MAX_TEXTS)).source().size())
                .isEqualTo(JsonTemplate.MAX_TEXTS);
    }

    @Test
    void whatComesOutIsBoundedInAll() {
        var all = texts(JsonTemplate.MAX_TEXTS).replace("{viewer}", "{text}".repeat(5));

        var filled = fill(all, events.comment("😀".repeat(500)));

        assertThat(filled.size()).isEqualTo(JsonTemplate.MAX_TEXTS);
        assertThat(filled.get("t7").asText()).isEqualTo("😀".repeat(1_000));
        assertThat(filled.get("t8").asText()).isEmpty();
    }

    private static String texts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"t%d\": \"{viewer}\"".formatted(i))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private JsonNode fill(String template, LiveEvent event) {
        return json(read(template).fill(event));
    }

    private static JsonTemplate read(String json) {
        var in = new JsonReader();
        return Objects.requireNonNull(in.finish(JsonTemplate.read(json(json), "/body", in)));
    }

    private static JsonNode json(String text) {
        return Json.read(text, JsonNode.class);
    }
}
