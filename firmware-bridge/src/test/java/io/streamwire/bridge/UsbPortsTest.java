package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When it looks closer, by the files in a directory that stands for {@code /dev}. */
class UsbPortsTest {

    @TempDir private Path devices = Path.of("");

    private int looks;

    @Test
    void itLooksCloserOnlyWhenADeviceFileIsAnother() throws IOException {
        var ports = new UsbPorts(devices, this::look);
        assertThat(ports.list()).isEmpty();
        assertThat(looks).isZero();

        plug("ttyACM0");
        assertThat(ports.list()).hasSize(1);
        assertThat(ports.list()).hasSize(1);
        assertThat(looks).isEqualTo(1);

        // Another board in its place, between two looks.
        var other = Files.createFile(devices.resolve("other"));
        Files.move(other, devices.resolve("ttyACM0"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(ports.list()).isNotEmpty();
        assertThat(looks).isEqualTo(2);

        plug("ttyUSB0");
        plug("ttyS0"); // of no interest
        assertThat(ports.list()).isNotEmpty();
        assertThat(looks).isEqualTo(3);

        ports.forget();
        assertThat(ports.list()).isNotEmpty();
        assertThat(ports.list()).isNotEmpty();
        assertThat(looks).isEqualTo(4);

        Files.delete(devices.resolve("ttyUSB0"));
        Files.delete(devices.resolve("ttyACM0"));
        assertThat(ports.list()).isEmpty();
        assertThat(looks).isEqualTo(4);
    }

    private void plug(String name) throws IOException {
        Files.createFile(devices.resolve(name));
    }

    private List<Ports.Found> look() {
        looks++;
        return List.of(new Ports.Found("/dev/" + looks, List.of(), "a test's", false));
    }
}
