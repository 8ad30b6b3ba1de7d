package io.streamwire.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** JSON as Streamwire writes it: snake_case, RFC 3339 UTC times with ms, enums in lower case. */
public final class Json {

    /** Deepest nesting that is read. */
    public static final int MAX_DEPTH = 32;

    /** Longest text that is read, in characters. */
    public static final int MAX_TEXT_LENGTH = 1 << 20;

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxStringLength(MAX_TEXT_LENGTH)
                                                    .build())
                                    .build())
                    .addModule(new JavaTimeModule().addSerializer(Instant.class, new Rfc3339()))
                    .addModule(new Jdk8Module())
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
                    .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
                    .build();

    private Json() {}

    /** The mapper; do not reconfigure it. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** The value as JSON text. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
        }
    }

    /** The value as UTF-8 JSON. */
    public static byte[] writeBytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
        }
    }

    /**
     * Reads JSON text.
     *
     * @throws MalformedJson when the text is not JSON or not of that type
     */
    public static <T> T read(String json, Class<T> type) {
        try {
            return present(MAPPER.readValue(json, type), type);
        } catch (JsonProcessingException e) {
            throw new MalformedJson(type, e);
        }
    }

    /**
     * Reads UTF-8 JSON.
     *
     * @throws MalformedJson when the bytes are not JSON or not of that type
     */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            return present(MAPPER.readValue(json, type), type);
        } catch (IOException e) {
            throw new MalformedJson(type, e);
        }
    }

    private static <T> T present(@org.jspecify.annotations.Nullable T value, Class<T> type) {
        if (value == null) {
            throw new MalformedJson(type, new IOException("null"));
        }
        return value;
    }

    /** Text that is not JSON, or not of the expected shape. */
    public static final class MalformedJson extends RuntimeException {
        MalformedJson(Class<?> type, IOException cause) {
            super(
                    "not a "
                            + type.getSimpleName()
                            + ": "
                            + (cause instanceof JsonProcessingException e
                                    ? e.getOriginalMessage()
                                    : cause.getMessage()),
                    cause);
        }
    }

    private static final class Rfc3339 extends StdSerializer<Instant> {

        /** Many times of the same second are written one after the other. */
        private volatile Second last = Second.of(0);

        private record Second(long epoch, String text) {
            static Second of(long epoch) {
                return new Second(epoch, SECONDS.format(Instant.ofEpochSecond(epoch)));
            }
        }

        Rfc3339() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider context)
                throws IOException {
            long epoch = value.getEpochSecond();
            var second = last;
            if (second.epoch() != epoch) {
                second = Second.of(epoch);
                last = second;
            }
            int ms = value.getNano() / 1_000_000;
            out.writeString(second.text() + ms / 100 + ms / 10 % 10 + ms % 10 + 'Z');
        }
    }
}
