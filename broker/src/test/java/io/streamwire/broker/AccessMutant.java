package io.streamwire.broker;

import io.streamwire.contract.mqtt.Access;
import io.streamwire.contract.mqtt.HomeAssistantTopics;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The code that decides on access with one guard or one entry of a table changed, made from the
 * compiled classes, so that no copy of the rules can age.
 *
 * @param point where, as {@code Class.method} and the how-manieth of its kind in there
 * @param change what was done to it
 * @param loader a world in which the changed class is the real one
 */
record AccessMutant(String point, Change change, ClassLoader loader) {

    /** What can be done to an instruction. */
    enum Change {
        /** A guard that never stops anything, or an alternative that is never taken. */
        NEVER_JUMPS,
        /** The other way round. */
        ALWAYS_JUMPS,
        /** An entry of a table that is missing. */
        TEXT_GONE,
        /** An entry of a table that allows what it should not. */
        TEXT_OTHER,
        /** False for true, one for nothing, or the other way round. */
        FLIPPED;

        boolean isOfTables() {
            return this == TEXT_GONE || this == TEXT_OTHER;
        }

        /** What stands in an instruction's place; empty when this cannot be done to it. */
        Optional<Consumer<CodeBuilder>> of(CodeElement element) {
            return switch (this) {
                case NEVER_JUMPS -> conditional(element).map(jump -> code -> pop(code, jump));
                case ALWAYS_JUMPS ->
                        conditional(element)
                                .map(jump ->
                                        code -> {
                                            pop(code, jump);
                                            code.goto_(jump.target());
                                        });
                case TEXT_GONE -> text(element).map(_ -> code -> code.loadConstant("nowhere"));
                case TEXT_OTHER ->
                        text(element).map(text -> code -> code.loadConstant(other(text)));
                case FLIPPED -> bit(element).map(bit -> code -> code.loadConstant(1 - bit));
            };
        }
    }

    /** Names of variables would have to fit the changed code. */
    private static final ClassFile FILES = ClassFile.of(ClassFile.DebugElementsOption.DROP_DEBUG);

    /** The methods of {@link Topics} that decide; the others name topics for senders. */
    private static final Set<String> DECIDING_TOPICS = Set.of("covers", "unshared");

    /** What every record has, and what the broker forgets when a bridge gives up a board. */
    private static final List<String> NOT_DECIDING =
            List.of("toString", "hashCode", "equals", "downFilters", "retainedTopics");

    private static final String TABLES = "<clinit>";

    /** Every one. */
    static List<AccessMutant> all() {
        var all = new ArrayList<AccessMutant>();
        Stream.concat(Stream.of(Topics.class), Stream.of(Access.class.getPermittedSubclasses()))
                .forEach(subject -> {
                    for (var method : FILES.parse(bytes(subject.getName())).methods()) {
                        if (decides(subject, method.methodName().stringValue())) {
                            all.addAll(of(subject, method));
                        }
                    }
                });
        return all;
    }

    private static boolean decides(Class<?> subject, String method) {
        if (subject == Topics.class) {
            return DECIDING_TOPICS.contains(method);
        }
        return NOT_DECIDING.stream()
                .noneMatch(other -> method.equals(other) || method.startsWith("lambda$" + other));
    }

    private static List<AccessMutant> of(Class<?> subject, MethodModel method) {
        var name = method.methodName().stringValue();
        var type = method.methodType().stringValue();
        var elements = method.code().orElseThrow().elementList();
        var mutants = new ArrayList<AccessMutant>();
        for (var change : Change.values()) {
            if (change.isOfTables() && !name.equals(TABLES)) {
                continue;
            }
            int point = 0;
            for (int index = 0; index < elements.size(); index++) {
                if (change.of(elements.get(index)).isPresent()) {
                    point++;
                    mutants.add(
                            new AccessMutant(
                                    "%s.%s %d".formatted(subject.getSimpleName(), name, point),
                                    change,
                                    new Loader(
                                            subject.getName(),
                                            changed(subject, name, type, index, change))));
                }
            }
        }
        return mutants;
    }

    private static byte[] changed(
            Class<?> subject, String method, String type, int index, Change change) {
        return FILES.transformClass(
                FILES.parse(bytes(subject.getName())),
                ClassTransform.transformingMethodBodies(
                        candidate ->
                                candidate.methodName().equalsString(method)
                                        && candidate.methodType().equalsString(type),
                        CodeTransform.ofStateful(() -> at(index, change))));
    }

    private static CodeTransform at(int index, Change change) {
        return new CodeTransform() {
            private int next;

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                if (next++ == index) {
                    change.of(element).orElseThrow().accept(code);
                    return;
                }
                code.with(element);
            }
        };
    }

    private static Optional<BranchInstruction> conditional(CodeElement element) {
        return element instanceof BranchInstruction branch
                        && branch.opcode() != Opcode.GOTO
                        && branch.opcode() != Opcode.GOTO_W
                ? Optional.of(branch)
                : Optional.empty();
    }

    /** Takes away what a branch would have looked at. */
    private static void pop(CodeBuilder code, BranchInstruction branch) {
        switch (branch.opcode()) {
            case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE, IFNULL, IFNONNULL -> code.pop();
            default -> code.pop2();
        }
    }

    private static Optional<String> text(CodeElement element) {
        return element instanceof ConstantInstruction constant
                        && constant.constantValue() instanceof String text
                ? Optional.of(text)
                : Optional.empty();
    }

    /** The last level of a topic is another one. */
    private static String other(String text) {
        return text.substring(0, text.lastIndexOf('/') + 1) + "other";
    }

    private static Optional<Integer> bit(CodeElement element) {
        return element instanceof ConstantInstruction constant
                        && constant.constantValue() instanceof Integer number
                        && (number == 0 || number == 1)
                ? Optional.of(number)
                : Optional.empty();
    }

    private static byte[] bytes(String className) {
        var path = "/" + className.replace('.', '/') + ".class";
        try (var in = Access.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("no " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes anew what has to do with the rules, one class of it from other code. */
    private static final class Loader extends ClassLoader {

        private final String changed;
        private final byte[] code;

        Loader(String changed, byte[] code) {
            super(Access.class.getClassLoader());
            this.changed = changed;
            this.code = code;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(Access.class.getName())
                    && !name.startsWith(HomeAssistantTopics.class.getName())
                    && !name.equals(Topics.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                var loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                var bytes = name.equals(changed) ? code : bytes(name);
                return defineClass(name, bytes, 0, bytes.length);
            }
        }
    }

    @Override
    public String toString() {
        return point + " " + change;
    }
}
