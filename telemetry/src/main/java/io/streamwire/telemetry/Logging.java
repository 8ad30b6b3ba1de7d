package io.streamwire.telemetry;

import java.io.PrintStream;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a process logs: one line per record on standard error, ours from INFO, libraries from
 * WARNING.
 *
 * <pre>
 * 2026-11-22T07:11:32.120Z INFO Gateway service=gateway listening=127.0.0.1:8000
 * {"time":"2026-11-22T07:11:32.120Z","level":"INFO","logger":"Gateway","message":"...","service":"gateway","listening":"127.0.0.1:8000"}
 * </pre>
 */
public final class Logging {

    private static final String OURS = "io.streamwire";
    private static final String MANAGER = "java.util.logging.manager";

    // java.util.logging forgets a logger that nobody holds, and its level with it.
    private static final Logger ROOT;
    private static final Logger STREAMWIRE;

    /** Tells in two long lines what a service tells in one. */
    private static final Logger HELIDON_START;

    static {
        if (System.getProperty(MANAGER) == null) {
            System.setProperty(MANAGER, UntilTheEnd.class.getName());
        }
        ROOT = Logger.getLogger("");
        STREAMWIRE = Logger.getLogger(OURS);
        HELIDON_START = Logger.getLogger("io.helidon.webserver.LoomServer");
    }

    private Logging() {}

    /** How a record is written. */
    public enum Format {
        TEXT,
        /** One object per line. */
        JSON
    }

    /** From where on our own records are written. */
    public enum Detail {
        INFO,
        DEBUG
    }

    /** To be called first thing in {@code main}, before anything logs. */
    public static void configure() {
        configure(Format.TEXT, Detail.INFO);
    }

    /** To be called again as soon as it is known how. */
    public static void configure(Format format, Detail detail) {
        Arrays.stream(ROOT.getHandlers()).forEach(ROOT::removeHandler);
        ROOT.addHandler(
                new Lines(System.err, format == Format.JSON ? new JsonLine() : new OneLine()));
        ROOT.setLevel(Level.WARNING);
        STREAMWIRE.setLevel(detail == Detail.DEBUG ? Level.FINE : Level.INFO);
        HELIDON_START.setLevel(Level.OFF);
    }

    /** For a command whose own output a person reads. */
    public static void onlyWarnings() {
        STREAMWIRE.setLevel(Level.WARNING);
    }

    /**
     * The platform's manager silences every logger as soon as the process is asked to end, which is
     * when the ordered stop has things to say.
     */
    public static final class UntilTheEnd extends LogManager {
        @Override
        public void reset() {
            // Nothing to undo: there is no configuration but ours.
        }
    }

    /** Writes each record at once. */
    private static final class Lines extends Handler {
        private final PrintStream out;

        Lines(PrintStream out, Formatter format) {
            this.out = out;
            setFormatter(format);
        }

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                out.println(getFormatter().format(record));
            }
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void close() {
            flush();
        }
    }

    /** Time, level, class, message and, in the same line, what was thrown and where. */
    static final class OneLine extends Formatter {

        private static final int LONGEST_TRACE = 12; // frames

        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
                        .withZone(ZoneOffset.UTC);

        @Override
        public String format(LogRecord record) {
            StringBuilder line = new StringBuilder(160);
            TIME.formatTo(record.getInstant(), line);
            line.append(' ').append(level(record.getLevel()));
            line.append(' ').append(shortName(record.getLoggerName()));
            line.append(' ').append(withoutBreaks(formatMessage(record)));
            for (Throwable each = record.getThrown(); each != null; each = each.getCause()) {
                line.append(" error=\"").append(withoutBreaks(each.toString())).append('"');
                line.append(" at=\"").append(trace(each)).append('"');
            }
            return line.toString();
        }

        static String level(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "ERROR";
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return "WARN";
            }
            return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
        }

        static String shortName(@Nullable String logger) {
            return logger == null ? "-" : logger.substring(logger.lastIndexOf('.') + 1);
        }

        static String trace(Throwable thrown) {
            return Arrays.stream(thrown.getStackTrace())
                    .limit(LONGEST_TRACE)
                    .map(frame ->
                            "%s.%s:%d"
                                    .formatted(
                                            shortName(frame.getClassName()),
                                            frame.getMethodName(),
                                            frame.getLineNumber()))
                    .collect(Collectors.joining(" < "));
        }

        /** A stranger's name with a line break in it must not forge a record. */
        private static String withoutBreaks(String text) {
            return text.replaceAll("\\R|\\p{Cntrl}", " ");
        }
    }
}
