package io.streamwire.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {

    @Test
    void whoeverHasPinsIsToldThatNothingIsBehindThem(@TempDir Path directory) throws IOException {
        assertThat(examine(directory, "")).doesNotContain("careful");

        assertThat(examine(directory, "gpio: {lamp: {bcm: 17}}"))
                .contains("--  careful: nothing switches the pins of this machine off");
    }

    private static String examine(Path directory, String pins) throws IOException {
        var file = directory.resolve("bridge.yaml");
        Files.writeString(
                file,
                """
                mqtt:
                  url: tcp://127.0.0.1:1
                  root: sw/1/01980000-0000-7000-8000-000000000001/01980000-0000-7000-8000-000000000002
                  password: of-a-test
                bridge: {discover: false, status-port: 0}
                %s
                """
                        .formatted(pins));
        var out = new ByteArrayOutputStream();
        var _ = Doctor.examine(Map.of(), file, new PrintStream(out, true, UTF_8));
        return out.toString(UTF_8);
    }
}
