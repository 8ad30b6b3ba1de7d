package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a board says about itself, read from its capability lines; see docs/serial-protocol.md.
 *
 * @param channels the number of each command's channel, in the order of {@code capabilities}
 */
record CapabilityLines(
        String sketch, UUID uuid, Capabilities capabilities, List<Integer> channels) {

    /** Of a board that was not given one yet. */
    static final UUID NO_UUID = new UUID(0, 0);

    static final int MOST_PCT = 100;

    private static final int VERSION = 1;
    private static final String NONE = "-";
    private static final int MOST_CHANNEL = 255;
    private static final long MOST_MS = (1L << 32) - 1;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,31}");
    private static final Pattern BOARD = Pattern.compile("[a-z][a-z0-9_-]{0,31}");

    /** In front of each command, with its space. */
    private static final String LONGEST_NUMBER = "65535 ";

    CapabilityLines {
        channels = List.copyOf(channels);
    }

    /** Gathers the lines of one channel. */
    private static final class Channel {
        private @Nullable String name;
        private @Nullable String group;
        private long maxOnMs;
        private long minGapMs;
        private int maxDutyPct;
        private boolean limited;
        private final TreeMap<Integer, ArgSpec> args = new TreeMap<>();
    }

    /** As a line may say it, ms. */
    static long ms(long value) {
        return Math.clamp(value, 0, MOST_MS);
    }

    /** As a line may say it. */
    static int integer(long value) {
        return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /**
     * Reads them; kinds of lines that it does not know are skipped.
     *
     * @throws IllegalArgumentException when they make no sense
     */
    static CapabilityLines parse(List<String> lines) {
        var channels = new TreeMap<Integer, Channel>();
        String version = null;
        var board = "";
        var sketch = "";
        var uuid = NO_UUID;
        for (var line : lines) {
            var words = line.split(" ", -1);
            try {
                switch (words[0]) {
                    case "fw" -> {
                        version = words[1];
                        board = words[2];
                        sketch = words[3];
                    }
                    case "uuid" -> uuid = UUID.fromString(words[1]);
                    case "ch" -> {
                        var channel = channel(channels, words[1]);
                        channel.name = name(words[2]);
                        channel.group = words[4].equals(NONE) ? null : name(words[4]);
                    }
                    case "lim" -> {
                        var channel = channel(channels, words[1]);
                        channel.maxOnMs = number(words[2], 0, MOST_MS);
                        channel.minGapMs = number(words[3], 0, MOST_MS);
                        channel.maxDutyPct = (int) number(words[4], 0, MOST_PCT);
                        channel.limited = true;
                    }
                    case "arg" -> {
                        var min = number(words[4], Integer.MIN_VALUE, Integer.MAX_VALUE);
                        channel(channels, words[1])
                                .args
                                .put(
                                        Integer.parseInt(words[2]),
                                        new ArgSpec(
                                                name(words[3]),
                                                "int",
                                                min,
                                                number(words[5], min, Integer.MAX_VALUE),
                                                words[6].equals(NONE) ? null : words[6]));
                    }
                    default -> {}
                }
            } catch (IndexOutOfBoundsException e) {
                throw new IllegalArgumentException("incomplete: " + line, e);
            }
        }
        if (version == null || version.isEmpty()) {
            throw new IllegalArgumentException("no firmware version");
        }
        if (!BOARD.matcher(board).matches()) {
            throw new IllegalArgumentException("no board: " + board);
        }
        var commands = new ArrayList<CommandSpec>();
        var names = new HashSet<String>();
        channels.forEach((number, channel) -> {
            var command = command(number, channel);
            if (!names.add(command.name())) {
                throw new IllegalArgumentException("two channels are " + command.name());
            }
            commands.add(command);
        });
        return new CapabilityLines(
                sketch,
                uuid,
                new Capabilities(VERSION, version, board, LimitsBy.BOARD, commands),
                List.copyOf(channels.keySet()));
    }

    private static Channel channel(TreeMap<Integer, Channel> channels, String number) {
        return channels.computeIfAbsent((int) number(number, 0, MOST_CHANNEL), _ -> new Channel());
    }

    private static long number(String word, long least, long most) {
        var number = Long.parseLong(word);
        if (number < least || number > most) {
            throw new IllegalArgumentException(
                    "%s is not within %d to %d".formatted(word, least, most));
        }
        return number;
    }

    private static String name(String word) {
        if (!NAME.matcher(word).matches()) {
            throw new IllegalArgumentException("no name: " + word);
        }
        return word;
    }

    private static CommandSpec command(int number, Channel channel) {
        var name = channel.name;
        if (name == null || !channel.limited) {
            throw new IllegalArgumentException("channel " + number + " lacks its ch or lim line");
        }
        var args = List.copyOf(channel.args.values());
        for (int at = 0; at < args.size(); at++) {
            if (!channel.args.containsKey(at)) {
                throw new IllegalArgumentException(name + " lacks its argument " + at);
            }
        }
        if (args.stream().map(ArgSpec::name).distinct().count() < args.size()) {
            throw new IllegalArgumentException("two arguments of " + name + " have one name");
        }
        var longest = longest(number, args);
        if (longest > Line.LONGEST_BODY) {
            throw new IllegalArgumentException(
                    "a command for %s may have %d characters, more than %d"
                            .formatted(name, longest, Line.LONGEST_BODY));
        }
        return new CommandSpec(
                name, args, channel.maxOnMs, channel.minGapMs, channel.maxDutyPct, channel.group);
    }

    /** Of what switches a channel on; what limits it is never longer than a line. */
    private static int longest(int number, List<ArgSpec> args) {
        return (LONGEST_NUMBER + "DO " + number).length()
                + args.stream()
                        .mapToInt(arg -> 1 + Math.max(length(arg.min()), length(arg.max())))
                        .sum();
    }

    private static int length(long value) {
        return Long.toString(value).length();
    }

    /** The number of a command's channel. */
    Optional<Integer> channel(String command) {
        for (int at = 0; at < channels.size(); at++) {
            if (capabilities.commands().get(at).name().equals(command)) {
                return Optional.of(channels.get(at));
            }
        }
        return Optional.empty();
    }
}
