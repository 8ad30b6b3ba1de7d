package io.streamwire.standalone;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.service.Configuration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator starts is what the services understand. */
class ComposeTest {

    /** Read by the image, not by a service. */
    private static final Set<String> IMAGE = Set.of("STREAMWIRE_JAVA_OPTS");

    /** Written by make-secrets.sh. */
    private static final Set<String> OWNER = Set.of("STREAMWIRE_UID", "STREAMWIRE_USER");

    private static final Pattern EXAMPLE = Pattern.compile("(?m)^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$");

    private static final Pattern MODULE = Pattern.compile("<module>([^/<]+)");

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
        assertThat(on("line")).containsExactly("broker", "devices");
        assertThat(on("watch")).containsExactly("broker", "prometheus");
        assertThat(on("boards")).containsExactly("broker");
        assertThat(on("data")).doesNotContain("gateway", "broker");
        assertThat(on("inner")).doesNotContain("broker");
    }

    @Test
    void inProductionThereIsNoWayToTheGatewayButNginx() throws IOException {
        var gateway = ComposeFiles.services(ComposeFiles.BASE).get("gateway");

        assertThat(networks(requireNonNull(gateway))).containsExactlyInAnyOrder("edge", "inner");
        assertThat(on("edge")).containsExactly("gateway", "nginx");
        assertThat(on("public")).containsExactly("nginx");
        // Nothing of an internal network is published.
        assertThat(ComposeFiles.networks("compose.prod.yaml").get("edge"))
                .containsEntry("internal", true);
        assertThat(ComposeFiles.networks(ComposeFiles.BASE).get("inner"))
                .containsEntry("internal", true);
    }

    /** Who is on a network by any file but the one for development. */
    private static Set<String> on(String network) throws IOException {
        var services = new TreeSet<String>();
        for (var file : ComposeFiles.all()) {
            if (file.equals("compose.dev.yaml")) {
                continue;
            }
            ComposeFiles.services(file)
                    .forEach((name, service) -> {
                        if (networks(service).contains(network)) {
                            services.add(name);
                        }
                    });
        }
        return services;
    }

    private static Set<String> networks(Map<String, Object> service) {
        return service.containsKey("networks")
                ? Set.copyOf(ComposeFiles.strings(service.get("networks")))
                : Set.of();
    }

    /** podman-compose 1.0.3 takes an empty default, or one with a variable in it, as it stands. */
    @Test
    void defaultsAreWhatEveryComposeUnderstands() throws IOException {
        for (var file : ComposeFiles.all()) {
            assertThat(ComposeFiles.text(file))
                    .as(file)
                    .doesNotContain(":-}")
                    .doesNotContainPattern("\\$\\{[^}]*\\$");
        }
    }

    @Test
    void everyModuleReachesTheBuildOfTheImage() throws IOException {
        var root = Path.of("../..");
        var sent = Files.readAllLines(root.resolve(".dockerignore"));

        var modules =
                MODULE.matcher(Files.readString(root.resolve("pom.xml")))
                        .results()
                        .map(match -> "!" + match.group(1))
                        .toList();

        assertThat(modules).hasSizeGreaterThan(10);
        assertThat(sent).containsAll(modules);
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
        var services = new TreeMap<>(ComposeFiles.services("compose.prod.yaml"));
        assertThat(services.keySet())
                .containsAll(ComposeFiles.services(ComposeFiles.BASE).keySet());
        ComposeFiles.services("compose.observability.yaml").forEach(services::putIfAbsent);

        assertThat(services).containsKeys("nginx", "prometheus", "grafana");
        services.forEach((name, service) -> {
            assertThat(service).as(name).containsEntry("read_only", true);
            assertThat(ComposeFiles.strings(service.get("cap_drop"))).as(name).contains("ALL");
            assertThat(ComposeFiles.strings(service.get("security_opt")))
                    .as(name)
                    .contains("no-new-privileges:true");
            assertThat(service).as(name).containsKey("deploy");
        });
    }

    @Test
    void secretsAreMadeOnceAndForTheirOwnerOnly(@TempDir Path directory) throws Exception {
        makeSecrets(directory);
        var first = Files.readString(directory.resolve("secrets/service_secret"));
        makeSecrets(directory);

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

    /** A container that runs has the file and not its name, and reads it as its owner. */
    @Test
    void aRotatedSecretKeepsItsFileAndItsOwner(@TempDir Path directory) throws Exception {
        int self = (int) Files.getAttribute(directory, "unix:uid");
        int owner = self == 0 ? 1000 : self;
        Files.writeString(
                directory.resolve(".env"),
                "STREAMWIRE_UID=%1$d\nSTREAMWIRE_USER=%1$d:%1$d\n".formatted(owner));
        makeSecrets(directory);
        var secret = directory.resolve("secrets/redis_password");
        var before = Files.readString(secret);
        var file = Files.getAttribute(secret, "unix:ino");

        makeSecrets(directory, "--rotate", "redis_password");

        var after = Files.readString(secret);
        assertThat(after).hasSize(64).isNotEqualTo(before);
        assertThat(Files.getAttribute(secret, "unix:ino")).isEqualTo(file);
        assertThat(Files.getAttribute(secret, "unix:uid")).isEqualTo(owner);
        assertThat(directory.resolve("secrets/bus_url"))
                .hasContent("redis://:" + after + "@redis:6379");
    }

    private static void makeSecrets(Path directory, String... arguments) throws Exception {
        for (var file : List.of("make-secrets.sh", ".env.example")) {
            Files.copy(
                    ComposeFiles.DIRECTORY.resolve(file),
                    directory.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        var command = new ArrayList<>(List.of("sh", directory + "/make-secrets.sh"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void noDatabaseGetsAnEmptyPassword(@TempDir Path directory) throws Exception {
        for (var owner : List.of("postgres", "auth_db", "tiktok_db", "device_db")) {
            Files.writeString(directory.resolve(owner + "_password"), "password");
        }
        Files.createFile(directory.resolve("rules_db_password"));
        var script =
                Files.writeString(
                        directory.resolve("databases.sh"),
                        ComposeFiles.text("postgres/databases.sh")
                                .replace("/run/secrets", directory.toString()));

        var process = new ProcessBuilder("sh", script.toString()).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said).contains("rules_db_password is empty");
    }
}
