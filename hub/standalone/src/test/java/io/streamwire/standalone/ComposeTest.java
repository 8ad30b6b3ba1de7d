package io.streamwire.standalone;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.service.Configuration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator starts is what the services understand. */
class ComposeTest {

    /** Read by the image, not by a service. */
    private static final Set<String> IMAGE = Set.of("STREAMWIRE_JAVA_OPTS");

    /** Written by make-secrets.sh. */
    private static final Set<String> OWNER = Set.of("STREAMWIRE_UID", "STREAMWIRE_USER");

    private static final Pattern EXAMPLE = Pattern.compile("(?m)^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$");

    private static final Pattern SECRET = Pattern.compile("SECRET|PASSWORD|TOKEN|_KEY|BUS_URL");

    /** Defaults of standalone that are of no use, or safe, when each service has a container. */
    private static final Set<String> MAY_STAY =
            Set.of("gateway.trusted-proxies", "broker.limits.trusted-addresses");

    @Test
    void servicesKnowEveryVariable() throws IOException {
        var known = new TreeSet<String>(IMAGE);
        for (var key : Configuration.defaultValues().keySet()) {
            known.add(Configuration.environmentName(key));
            known.add(Configuration.environmentName(key) + "_FILE");
        }

        var environments = ComposeFiles.environments();

        assertThat(environments.keySet()).isEqualTo(ComposeFiles.OURS);
        environments.forEach((service, environment) ->
                assertThat(known).as(service).containsAll(environment.keySet()));
    }

    @Test
    void noServiceLooksForAnotherOneInItsOwnContainer() throws IOException {
        var set =
                ComposeFiles.environments().values().stream()
                        .flatMap(environment -> environment.keySet().stream())
                        .collect(Collectors.toSet());

        var local =
                Configuration.defaultValues().entrySet().stream()
                        .filter(setting -> setting.getValue().contains("127.0.0.1"))
                        .map(Map.Entry::getKey)
                        .filter(key -> !MAY_STAY.contains(key))
                        .toList();

        assertThat(local).hasSizeGreaterThan(10);
        assertThat(local)
                .allSatisfy(key -> assertThat(set).contains(Configuration.environmentName(key)));
    }

    @Test
    void everyServiceHasWhatItCannotStartWithout() throws IOException {
        var environments = ComposeFiles.environments();

        assertThat(environments.keySet())
                .allSatisfy(service ->
                        assertThat(environments.get(service)).containsKeys(needs(service)));
    }

    private static String[] needs(String service) {
        return switch (service) {
            case "broker" -> new String[] {"SERVICE_SECRET_FILE", "MQTT_PASSWORD_FILE"};
            case "gateway" -> new String[] {"SERVICE_SECRET_FILE", "BUS_URL_FILE"};
            case "devices" ->
                    new String[] {
                        "SERVICE_SECRET_FILE",
                        "BUS_URL_FILE",
                        "DATABASE_URL",
                        "DATABASE_USER",
                        "DATABASE_PASSWORD_FILE",
                        "MQTT_PASSWORD_FILE"
                    };
            default ->
                    new String[] {
                        "SERVICE_SECRET_FILE",
                        "BUS_URL_FILE",
                        "DATABASE_URL",
                        "DATABASE_USER",
                        "DATABASE_PASSWORD_FILE"
                    };
        };
    }

    @Test
    void secretsComeFromFilesOnly() throws IOException {
        ComposeFiles.environments()
                .forEach((service, environment) ->
                        environment.keySet().stream()
                                .filter(variable -> SECRET.matcher(variable).find())
                                .forEach(variable ->
                                        assertThat(variable).as(service).endsWith("_FILE")));
    }

    @Test
    void exampleHasEverySettingAndNoSecret() throws IOException {
        var example = new TreeSet<String>();
        EXAMPLE.matcher(ComposeFiles.text(".env.example"))
                .results()
                .forEach(match -> example.add(match.group(1)));

        var wanted = ComposeFiles.variables();
        wanted.removeAll(OWNER);

        assertThat(example).isEqualTo(wanted);
        assertThat(example).noneMatch(name -> SECRET.matcher(name).find());
    }

    @Test
    void onlyGatewayAndBrokerArePublished() throws IOException {
        var published =
                ComposeFiles.services(ComposeFiles.BASE).entrySet().stream()
                        .filter(service -> service.getValue().containsKey("ports"))
                        .map(Map.Entry::getKey)
                        .toList();

        assertThat(published).containsExactlyInAnyOrder("gateway", "broker");
    }

    @Test
    void onlyDevicesMeetTheBroker() throws IOException {
        var services = ComposeFiles.services(ComposeFiles.BASE);
        var line =
                services.entrySet().stream()
                        .filter(service -> networks(service.getValue()).contains("line"))
                        .map(Map.Entry::getKey)
                        .toList();

        assertThat(line).containsExactlyInAnyOrder("devices", "broker");
        assertThat(networks(services.get("broker"))).containsExactlyInAnyOrder("line", "edge");
        assertThat(networks(services.get("gateway"))).doesNotContain("data", "line");
    }

    private static Set<String> networks(@Nullable Map<String, Object> service) {
        return Set.copyOf(ComposeFiles.strings(requireNonNull(service).get("networks")));
    }

    @Test
    void everyContainerIsLookedAfter() throws IOException {
        ComposeFiles.services(ComposeFiles.BASE)
                .forEach((name, service) -> {
                    assertThat(service).as(name).containsKeys("healthcheck", "restart");
                    assertThat(service)
                            .as(name + " could not be scaled")
                            .doesNotContainKey("container_name");
                });
    }

    @Test
    void inProductionContainersCanDoLittle() throws IOException {
        ComposeFiles.services("compose.prod.yaml")
                .forEach((name, service) -> {
                    assertThat(service).as(name).containsEntry("read_only", true);
                    assertThat(ComposeFiles.strings(service.get("cap_drop")))
                            .as(name)
                            .contains("ALL");
                    assertThat(ComposeFiles.strings(service.get("security_opt")))
                            .as(name)
                            .contains("no-new-privileges:true");
                    assertThat(service).as(name).containsKey("deploy");
                });
        assertThat(ComposeFiles.services("compose.prod.yaml").keySet())
                .containsAll(ComposeFiles.services(ComposeFiles.BASE).keySet());
    }

    @Test
    void secretsAreMadeOnceAndForTheirOwnerOnly(@TempDir Path directory) throws Exception {
        for (var file : new String[] {"make-secrets.sh", ".env.example"}) {
            Files.copy(ComposeFiles.DIRECTORY.resolve(file), directory.resolve(file));
        }

        run(directory);
        var first = Files.readString(directory.resolve("secrets/service_secret"));
        run(directory);

        assertThat(first).hasSize(64);
        assertThat(directory.resolve("secrets/service_secret")).hasContent(first);
        var declared = new TreeSet<String>();
        for (var file : ComposeFiles.all()) {
            Pattern.compile("file: \\./secrets/(\\w+)")
                    .matcher(ComposeFiles.text(file))
                    .results()
                    .forEach(match -> declared.add(match.group(1)));
        }
        // A certificate is the operator's.
        declared.removeIf(name -> name.startsWith("tls_"));
        for (var name : declared) {
            var secret = directory.resolve("secrets").resolve(name);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                    .isEqualTo("rw-------");
        }
        assertThat(Files.readString(directory.resolve(".env")).lines())
                .filteredOn(line -> line.startsWith("STREAMWIRE_UID="))
                .hasSize(1);
    }

    private static void run(Path directory) throws Exception {
        var process =
                new ProcessBuilder("sh", directory.resolve("make-secrets.sh").toString())
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
