package io.streamwire.standalone;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may depend on whom. Each law is checked against the product, and against the classes below
 * {@code io.streamwire.seeded}, which break it on purpose.
 */
class ArchitectureTest {

    private static final String PRODUCT = "io.streamwire";
    private static final String SEEDED = "io.streamwire.seeded";

    /** What each module may see of the others; its name is its package. */
    private static final Map<String, Set<String>> MAY_SEE =
            Map.ofEntries(
                    Map.entry("contract", Set.of()),
                    Map.entry("bus", Set.of("contract")),
                    Map.entry("telemetry", Set.of("contract")),
                    Map.entry("service", Set.of("contract", "bus", "telemetry")),
                    Map.entry("ingest", Set.of("contract", "bus", "telemetry", "service")),
                    Map.entry("rules", Set.of("contract", "bus", "telemetry", "service")),
                    Map.entry("devices", Set.of("contract", "bus", "telemetry", "service")),
                    Map.entry("auth", Set.of("contract", "bus", "telemetry", "service")),
                    Map.entry("gateway", Set.of("contract", "bus", "telemetry", "service")),
                    Map.entry("broker", Set.of("contract", "telemetry")),
                    Map.entry("bridge", Set.of("contract")),
                    Map.entry("liveroom", Set.of("contract")),
                    Map.entry("virtualboard", Set.of("contract")),
                    Map.entry("embedded", Set.of()),
                    Map.entry("boards", Set.of()), // compiled firmware, for tests
                    Map.entry(
                            "standalone",
                            Set.of(
                                    "contract",
                                    "bus",
                                    "telemetry",
                                    "service",
                                    "ingest",
                                    "rules",
                                    "devices",
                                    "auth",
                                    "gateway",
                                    "broker",
                                    "bridge",
                                    "liveroom",
                                    "virtualboard",
                                    "embedded")));

    /** Which modules alone may use a library, by the beginning of its class names. */
    private static final Map<String, Set<String>> USED_BY =
            Map.ofEntries(
                    Map.entry("io.lettuce.", Set.of("bus")),
                    Map.entry("org.flywaydb.", Set.of("service")),
                    Map.entry("com.zaxxer.hikari.", Set.of("service")),
                    Map.entry("org.eclipse.paho.", Set.of("devices", "bridge")),
                    Map.entry("com.hivemq.embedded.", Set.of("broker")),
                    Map.entry("com.hivemq.extension.", Set.of("broker")),
                    // Routes of services are registered in one place, so that each names a
                    // permission. Broker and bridge cannot see that place and have their own
                    // server.
                    Map.entry(
                            "io.helidon.webserver.WebServer",
                            Set.of("service", "broker", "bridge")),
                    Map.entry(
                            "io.helidon.webserver.http.HttpRouting",
                            Set.of("service", "broker", "bridge")),
                    Map.entry(
                            "io.helidon.webserver.http.HttpRules",
                            Set.of("service", "broker", "bridge")),
                    Map.entry(
                            "io.helidon.webserver.http.HttpService",
                            Set.of("service", "broker", "bridge")),
                    Map.entry("com.fazecast.jSerialComm.", Set.of("bridge")),
                    Map.entry("com.pi4j.", Set.of("bridge")));

    /** Modules whose package shows one class, named as the module. */
    private static final Set<String> SERVICES =
            Set.of("ingest", "rules", "devices", "auth", "gateway");

    private static final JavaClasses PRODUCT_CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages(PRODUCT);
    private static final JavaClasses SEEDED_CLASSES =
            new ClassFileImporter().importPackages(SEEDED);

    /**
     * A rule about everything below a root package.
     *
     * @param violations the seeded classes that break it, without the root package
     */
    record Law(String name, Function<String, ArchRule> rule, Set<String> violations) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Law> laws() {
        return Stream.of(
                new Law(
                        "a module sees only what it may",
                        root ->
                                classes()
                                        .that()
                                        .resideInAPackage(root + "..")
                                        .should(seeOnlyTheirModules(root)),
                        Set.of(
                                "rules.ImportsAnotherService",
                                "broker.SeesTheBus",
                                "extra.OfNoModule")),
                new Law(
                        "a library stays in its module",
                        root ->
                                classes()
                                        .that()
                                        .resideInAPackage(root + "..")
                                        .should(useOnlyTheirLibraries(root)),
                        Set.of("rules.TalksToRedis", "devices.RegistersRoutes")),
                new Law(
                        "a service module shows one class",
                        root ->
                                classes()
                                        .that()
                                        .resideInAnyPackage(packages(root, SERVICES))
                                        .and()
                                        .areTopLevelClasses()
                                        .and()
                                        .arePublic()
                                        .should(beNamedAsTheirModule(root)),
                        Set.of("rules.SecondPublicClass")),
                new Law(
                        "modules have no cycles",
                        root -> slices().matching(root + ".(*)..").should().beFreeOfCycles(),
                        Set.of("bus.SeesTheBroker", "broker.SeesTheBus")),
                new Law(
                        "nobody but a command line logs or prints except through System.Logger",
                        root ->
                                noClasses()
                                        .that()
                                        .resideInAPackage(root + "..")
                                        .and()
                                        .resideOutsideOfPackage(root + ".standalone..")
                                        .and(not(partOf(root + ".telemetry.Logging")))
                                        .and(not(partOf(root + ".telemetry.JsonLine")))
                                        .and(not(partOf(root + ".bridge.Main")))
                                        .should()
                                        .dependOnClassesThat()
                                        .resideInAnyPackage("java.util.logging..", "org.slf4j..")
                                        .orShould()
                                        .accessField(System.class, "out"),
                        Set.of("devices.LogsInItsOwnWay", "devices.PrintsToTheTerminal")));
    }

    @ParameterizedTest
    @MethodSource("laws")
    void theProductKeeps(Law law) {
        law.rule().apply(PRODUCT).check(PRODUCT_CLASSES);
    }

    @ParameterizedTest
    @MethodSource("laws")
    void aViolationIsFoundOf(Law law) {
        assertThatThrownBy(() -> law.rule().apply(SEEDED).check(SEEDED_CLASSES))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        law.violations().stream()
                                .map(name -> SEEDED + "." + name)
                                .toArray(String[]::new));
    }

    @Test
    void everyModuleIsLookedAt() {
        var found =
                PRODUCT_CLASSES.stream()
                        .map(type -> module(PRODUCT, type.getPackageName()))
                        .collect(toSet());

        assertThat(found).isEqualTo(MAY_SEE.keySet());
    }

    /** The part of a package's name after the root, up to the next dot. */
    private static String module(String root, String packageName) {
        return packageName.substring(root.length() + 1).split("\\.", 2)[0];
    }

    private static boolean isBelow(String root, JavaClass type) {
        return type.getPackageName().startsWith(root + ".");
    }

    private static String[] packages(String root, Set<String> modules) {
        return modules.stream().map(module -> root + "." + module).toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> partOf(String name) {
        return DescribedPredicate.describe(
                "part of " + name,
                type -> type.getName().equals(name) || type.getName().startsWith(name + "$"));
    }

    private static ArchCondition<JavaClass> seeOnlyTheirModules(String root) {
        return new ArchCondition<>("see only the modules that theirs may") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                var own = module(root, type.getPackageName());
                var allowed = MAY_SEE.get(own);
                if (allowed == null) {
                    events.add(
                            SimpleConditionEvent.violated(
                                    type, type.getName() + " is in no known module"));
                    return;
                }
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    var target = dependency.getTargetClass().getBaseComponentType();
                    if (!isBelow(root, target)) {
                        continue;
                    }
                    var seen = module(root, target.getPackageName());
                    if (!seen.equals(own) && !allowed.contains(seen)) {
                        events.add(
                                SimpleConditionEvent.violated(type, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static ArchCondition<JavaClass> useOnlyTheirLibraries(String root) {
        return new ArchCondition<>("use only the libraries that their module may") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                var own = module(root, type.getPackageName());
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    var target = dependency.getTargetClass().getBaseComponentType().getName();
                    USED_BY.forEach((library, modules) -> {
                        if (target.startsWith(library) && !modules.contains(own)) {
                            events.add(
                                    SimpleConditionEvent.violated(
                                            type, dependency.getDescription()));
                        }
                    });
                }
            }
        };
    }

    private static ArchCondition<JavaClass> beNamedAsTheirModule(String root) {
        return new ArchCondition<>("be named as their module") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getSimpleName().equalsIgnoreCase(module(root, type.getPackageName()))) {
                    events.add(SimpleConditionEvent.violated(type, type.getName() + " is public"));
                }
            }
        };
    }
}
