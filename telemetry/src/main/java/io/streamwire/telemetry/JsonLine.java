package io.streamwire.telemetry;

import io.streamwire.contract.Json;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A record as one JSON object: the message, each {@code key=value} of it as a field, on whose
 * behalf it was written, and what was thrown.
 */
final class JsonLine extends Formatter {

    private static final Pattern FIELD =
            Pattern.compile("([a-z][a-z0-9_]*)=(?:\"([^\"]*)\"|(\\S+))");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Override
    public String format(LogRecord record) {
        var message = formatMessage(record);
        var line = new LinkedHashMap<String, String>();
        line.put("time", TIME.format(record.getInstant()));
        line.put("level", Logging.OneLine.level(record.getLevel()));
        line.put("logger", Logging.OneLine.shortName(record.getLoggerName()));
        line.put("message", message);
        var named = fields(message);
        var cause = Cause.current();
        put(line, "trace", named.remove("trace"), cause.trace());
        put(line, "workspace", named.remove("workspace"), cause.workspace());
        put(line, "event", named.remove("event"), cause.event());
        named.forEach(line::putIfAbsent);
        var thrown = record.getThrown();
        if (thrown != null) {
            line.put("error", thrown.toString());
            line.put("stack", stack(thrown));
        }
        return Json.write(line);
    }

    private static void put(
            Map<String, String> line, String key, @Nullable String own, @Nullable String cause) {
        var value = own == null ? cause : own;
        if (value != null) {
            line.put(key, value);
        }
    }

    private static Map<String, String> fields(String message) {
        var fields = new LinkedHashMap<String, String>();
        var match = FIELD.matcher(message);
        while (match.find()) {
            fields.putIfAbsent(
                    match.group(1), match.group(2) == null ? match.group(3) : match.group(2));
        }
        return fields;
    }

    private static String stack(Throwable thrown) {
        var stack = new StringBuilder();
        for (@Nullable Throwable each = thrown; each != null; each = each.getCause()) {
            stack.append(each).append(" at ").append(Logging.OneLine.trace(each)).append("; ");
        }
        return stack.toString();
    }
}
