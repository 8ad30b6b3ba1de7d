package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in front of the hub takes the configuration that we ship for it. */
class ProxyTest {

    private static final Path COMPOSE = ComposeFiles.DIRECTORY;

    @TempDir private Path directory;

    @Test
    void nginxTakesItsConfiguration() throws Exception {
        var certificate = directory.resolve("certificate.pem");
        var key = directory.resolve("key.pem");
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=streamwire.example",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        var configuration =
                Files.readString(COMPOSE.resolve("nginx/nginx.conf"))
                        .replace("/tmp/", directory + "/")
                        .replace("/run/secrets/tls_certificate", certificate.toString())
                        .replace("/run/secrets/tls_key", key.toString())
                        // A name of the containers' network.
                        .replace("server gateway:8000", "server 127.0.0.1:8000");
        var file = Files.writeString(directory.resolve("nginx.conf"), configuration);

        var said = run("nginx", "-t", "-c", file.toString());

        assertThat(said).contains("test is successful");
        assertThat(configuration).contains("ssl_protocols TLSv1.3;");
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command[0], said).isZero();
        return said;
    }
}
