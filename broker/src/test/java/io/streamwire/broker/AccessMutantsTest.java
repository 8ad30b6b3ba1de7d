package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.broker.AccessMatrix.Decider;
import io.streamwire.broker.AccessMatrix.Offence;
import io.streamwire.broker.AccessMatrix.World;
import io.streamwire.broker.AccessMutant.Change;
import io.streamwire.contract.mqtt.Access;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The matrix is worth something: it notices each guard and each entry of the rules of access that
 * is removed, turned round or widened. Here the matrix asks the rules, not a broker.
 */
class AccessMutantsTest {

    /** A last will is a publication to the rules. */
    private static final String KINDS = "prsh";

    /** Changes that allow nothing more and forbid nothing, and why. */
    private static final List<String> HARMLESS =
            List.of(
                    // A shared filter without a topic is as much nobody's with its prefix as "".
                    "Topics.unshared 2 ALWAYS_JUMPS",
                    // A '#' ends a filter, and no pattern of ours has '+' there.
                    "Topics.covers 4 NEVER_JUMPS",
                    // There is nothing retained about a subscription.
                    "Device.lambda$subscriptions$0 1 FLIPPED",
                    "HomeAssistant.permissions 1 FLIPPED",
                    "Hub.<clinit> 5 FLIPPED",
                    "Hub.<clinit> 6 FLIPPED",
                    // The hub may subscribe to everything below up/ and ha/: another text is less.
                    "Hub.<clinit> 5 TEXT_OTHER",
                    "Hub.<clinit> 6 TEXT_OTHER");

    private final World world = World.create();

    @Test
    void theRulesDecideAsTheMatrixSays() throws ReflectiveOperationException {
        for (var role : AccessMatrix.ROLES) {
            for (var decider : deciders(Access.class.getClassLoader(), role)) {
                assertThat(AccessMatrix.judge(role, KINDS, world, decider)).isEmpty();
            }
        }
    }

    @Test
    void theMatrixNoticesEachRuleThatIsRemovedOrWidened() throws ReflectiveOperationException {
        var mutants = AccessMutant.all();
        var unnoticed = new ArrayList<String>();
        for (var mutant : mutants) {
            if (!isNoticed(mutant)) {
                unnoticed.add(mutant.toString());
            }
        }

        assertThat(mutants).hasSizeGreaterThan(80);
        assertThat(unnoticed).containsExactlyInAnyOrderElementsOf(HARMLESS);
    }

    private boolean isNoticed(AccessMutant mutant) throws ReflectiveOperationException {
        var loader = mutant.loader();
        for (var role : AccessMatrix.ROLES) {
            try {
                for (var decider : deciders(loader, role)) {
                    var offences = AccessMatrix.judge(role, KINDS, world, decider);
                    if (mutant.change() == Change.TEXT_OTHER
                            ? offences.stream().anyMatch(Offence::allowed)
                            : !offences.isEmpty()) {
                        return true;
                    }
                }
            } catch (IndexOutOfBoundsException | NoSuchElementException e) {
                return true; // which the guard has prevented
            }
        }
        return false;
    }

    /** Both ways to ask: one question after the other, and for the whole list beforehand. */
    private List<Decider> deciders(ClassLoader loader, String role)
            throws ReflectiveOperationException {
        var access = access(loader, role);
        return List.of(new Questions(access), new Permissions(access));
    }

    private Object access(ClassLoader loader, String role) throws ReflectiveOperationException {
        if (role.equals("hub")) {
            return loader.loadClass(Access.Hub.class.getName()).getConstructor().newInstance();
        }
        if (role.equals("ha")) {
            return loader.loadClass(Access.HomeAssistant.class.getName())
                    .getConstructor(UUID.class)
                    .newInstance(world.workspace());
        }
        var children =
                role.equals("bridge") ? Set.of(world.id("child"), world.id("late")) : Set.of();
        return loader.loadClass(Access.Device.class.getName())
                .getConstructor(UUID.class, UUID.class, Set.class)
                .newInstance(world.workspaceOf(role), world.id(role), children);
    }

    /** Answers as the rules of another class loader do; publications only to what is a topic. */
    private abstract static class Rules implements Decider {

        abstract boolean publish(String topic, boolean retained);

        abstract boolean subscribe(String filter);

        @Override
        public boolean may(char kind, String topic) {
            var isTopic = !topic.contains("+") && !topic.contains("#");
            return switch (kind) {
                case 'p' -> isTopic && publish(topic, false);
                case 'r' -> isTopic && publish(topic, true);
                case 's' -> subscribe(topic);
                default -> subscribe("$share/group/" + topic);
            };
        }

        static Object call(Method method, Object object, Object... args) {
            try {
                return method.invoke(object, args);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Questions extends Rules {

        private final Object access;
        private final Method mayPublish;
        private final Method maySubscribe;

        Questions(Object access) throws ReflectiveOperationException {
            this.access = access;
            this.mayPublish =
                    access.getClass().getMethod("mayPublish", String.class, boolean.class);
            this.maySubscribe = access.getClass().getMethod("maySubscribe", String.class);
        }

        @Override
        boolean publish(String topic, boolean retained) {
            return (boolean) call(mayPublish, access, topic, retained);
        }

        @Override
        boolean subscribe(String filter) {
            return (boolean) call(maySubscribe, access, filter);
        }
    }

    private static final class Permissions extends Rules {

        private record Permission(
                String activity, String filter, Pattern pattern, boolean retained) {

            static Permission of(Object permission) throws ReflectiveOperationException {
                var type = permission.getClass();
                var filter = (String) call(type.getMethod("filter"), permission);
                return new Permission(
                        call(type.getMethod("activity"), permission).toString(),
                        filter,
                        Pattern.compile(filter.replace("+", "[^/#]*").replace("/#", "(/.*)?")),
                        (boolean) call(type.getMethod("retained"), permission));
            }

            /** A filter that a device names is taken as it is; what others name is a pattern. */
            boolean covers(String topic, boolean patterns) {
                return patterns ? pattern.matcher(topic).matches() : topic.equals(filter);
            }
        }

        private final boolean shares;
        private final boolean patterns;
        private final List<Permission> permissions = new ArrayList<>();

        Permissions(Object access) throws ReflectiveOperationException {
            this.shares = access.getClass().getName().equals(Access.Hub.class.getName());
            this.patterns = !access.getClass().getName().equals(Access.Device.class.getName());
            var all = (List<?>) call(access.getClass().getMethod("permissions"), access);
            for (var permission : all) {
                permissions.add(Permission.of(permission));
            }
        }

        @Override
        boolean publish(String topic, boolean retained) {
            return permissions.stream()
                    .filter(one -> one.activity().equals("PUBLISH"))
                    .anyMatch(one -> (!retained || one.retained()) && one.covers(topic, patterns));
        }

        @Override
        boolean subscribe(String filter) {
            var unshared = shares ? filter.replaceFirst("^\\$share/[^/]*/", "") : filter;
            return permissions.stream()
                    .filter(one -> one.activity().equals("SUBSCRIBE"))
                    .anyMatch(one -> one.covers(unshared, patterns));
        }
    }
}
