package io.streamwire.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The vectors of docs/serial-protocol.md, which the firmware is tested against, too. */
final class GoldenVectors {

    private static final Path FILE =
            Repository.ROOT.resolve(
                    "arduino-sketches/libraries/Streamwire/extras/golden/serial.json");

    private static final int HEX = 16;

    private GoldenVectors() {}

    static JsonNode all() {
        try {
            return Json.mapper().readTree(Files.readString(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> of(String part) {
        return StreamSupport.stream(all().required(part).spliterator(), false);
    }

    /** Text in which {@code ~hh} is the byte with that number. */
    static byte[] bytes(String text) {
        var bytes = new ByteArrayOutputStream();
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) == '~') {
                bytes.write(Integer.parseInt(text.substring(at + 1, at + 3), HEX));
                at += 2;
            } else {
                bytes.writeBytes(text.substring(at, at + 1).getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return bytes.toByteArray();
    }
}
