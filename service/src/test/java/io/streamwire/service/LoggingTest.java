package io.streamwire.service;

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

    private static LogRecord record(String message, Object... parameters) {
        LogRecord record = new LogRecord(Level.INFO, message);
        record.setInstant(Instant.parse("2026-11-22T07:11:32.120Z"));
        record.setLoggerName("io.streamwire.gateway.Gateway");
        record.setParameters(parameters);
        return record;
    }
}
