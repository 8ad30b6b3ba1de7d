package io.streamwire.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LoggingTest {

    private final Logging.OneLine format = new Logging.OneLine();

    @Test
    void aRecordIsTimeLevelClassAndMessage() {
        assertThat(format.format(record("service={0} port={1,number,#}", "gateway", 8000)))
                .isEqualTo("2026-11-22T07:11:32.120Z INFO Gateway service=gateway port=8000");
    }

    @Test
    void whatWasThrownStaysInTheLine() {
        LogRecord record = record("failed");
        record.setThrown(new IllegalStateException("outer", new RuntimeException("in\nner")));

        assertThat(format.format(record))
                .hasLineCount(1)
                .contains("error=\"java.lang.IllegalStateException: outer\" at=\"LoggingTest.")
                .contains("error=\"java.lang.RuntimeException: in ner\"");
    }

    @Test
    void aLineBreakInAValueForgesNoRecord() {
        assertThat(format.format(record("user={0}", "a\r\n2026 INFO forged\u001b[2J")))
                .hasLineCount(1)
                .doesNotContain("\u001b");
    }

    @Test
    void asJsonItIsOneObjectWithTheFieldsOfTheMessageAndItsCause() {
        var cause = new Cause("4bf92f3577b34da6a3ce929d0e0e4736", "w-1", "e-1");

        cause.during(() ->
                assertThat(
                                new JsonLine()
                                        .format(
                                                record(
                                                        "event={0} why=\"{1}\" level=7",
                                                        "e-2", "a \"b\"\n")))
                        .isEqualTo(
                                "{\"time\":\"2026-11-22T07:11:32.120Z\",\"level\":\"INFO\","
                                        + "\"logger\":\"Gateway\",\"message\":\"event=e-2"
                                        + " why=\\\"a \\\"b\\\"\\n\\\" level=7\",\"trace\":"
                                        + "\"4bf92f3577b34da6a3ce929d0e0e4736\","
                                        + "\"workspace\":\"w-1\",\"event\":\"e-2\","
                                        + "\"why\":\"a \"}"));
    }

    @Test
    void asJsonWhatWasThrownIsInIt() {
        LogRecord record = record("failed");
        record.setThrown(new IllegalStateException("outer", new RuntimeException("inner")));

        assertThat(new JsonLine().format(record))
                .hasLineCount(1)
                .contains("\"error\":\"java.lang.IllegalStateException: outer\"")
                .contains("LoggingTest.asJsonWhatWasThrownIsInIt")
                .contains("java.lang.RuntimeException: inner");
    }

    private static LogRecord record(String message, Object... parameters) {
        LogRecord record = new LogRecord(Level.INFO, message);
        record.setInstant(Instant.parse("2026-11-22T07:11:32.120Z"));
        record.setLoggerName("io.streamwire.gateway.Gateway");
        record.setParameters(parameters);
        return record;
    }
}
