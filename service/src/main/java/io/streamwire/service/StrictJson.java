package io.streamwire.service;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedField;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** JSON that is read as strictly as {@link Body} says, and what is wrong with it in words. */
final class StrictJson {

    static final JsonMapper MAPPER =
            Json.mapper()
                    .rebuild()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .withCoercionConfig(
                            LogicalType.Textual,
                            config ->
                                    config.setCoercion(
                                                    CoercionInputShape.Integer, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Float, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Boolean,
                                                    CoercionAction.Fail))
                    .addModule(new SimpleModule().addDeserializer(String.class, new WithoutNul()))
                    .annotationIntrospector(
                            AnnotationIntrospector.pair(
                                    new Presence(), new JacksonAnnotationIntrospector()))
                    .build();

    private static final Pattern MISSING =
            Pattern.compile("Missing required creator property '([^']*)'.*", Pattern.DOTALL);

    private StrictJson() {}

    /** JSON pointer to what is wrong. */
    static String pointer(JsonMappingException e) {
        var pointer =
                e.getPath().stream()
                        .map(step ->
                                step.getFieldName() == null
                                        ? Integer.toString(step.getIndex())
                                        : step.getFieldName())
                        .map(step -> "/" + step.replace("~", "~0").replace("/", "~1"))
                        .collect(Collectors.joining());
        return missing(e)
                .filter(name -> !pointer.endsWith("/" + name))
                .map(name -> pointer + "/" + name)
                .orElse(pointer);
    }

    /** One sentence that names no class. */
    static String explain(JsonMappingException e) {
        if (e.getCause() instanceof IllegalArgumentException refused
                && refused.getMessage() != null) {
            return refused.getMessage();
        }
        if (missing(e).isPresent()) {
            return "This field is required.";
        }
        return switch (e) {
            case UnrecognizedPropertyException _ -> "There is no such field.";
            case InvalidNullException _ -> "Must not be null.";
            case InvalidTypeIdException _ -> "There is no such type.";
            case MismatchedInputException mismatch when mismatch.getTargetType() != null ->
                    "Must be " + expected(mismatch.getTargetType()) + ".";
            default ->
                    e.getOriginalMessage().startsWith("Duplicate field")
                            ? "A field is there twice."
                            : "Is not acceptable.";
        };
    }

    private static Optional<String> missing(JsonMappingException e) {
        var match = MISSING.matcher(e.getOriginalMessage());
        return match.matches() ? Optional.of(match.group(1)) : Optional.empty();
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(String::valueOf)
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (type == String.class) {
            return "a text without NUL";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class) {
            return "a whole number";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type == UUID.class) {
            return "a UUID";
        }
        if (type.isArray() || Collection.class.isAssignableFrom(type)) {
            return "an array";
        }
        if (type.getPackageName().equals("java.time")) {
            return "a time like 2026-01-31T12:00:00.000Z";
        }
        return "an object";
    }

    /** Refuses the one character that PostgreSQL cannot store. */
    private static final class WithoutNul extends StringDeserializer {
        @Override
        public String deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            var text = super.deserialize(parser, context);
            if (text != null && text.indexOf('\0') >= 0) {
                throw context.weirdStringException(text, String.class, "NUL");
            }
            return text;
        }
    }

    /** Tells Jackson that a record's component is required unless its type says otherwise. */
    private static final class Presence extends NopAnnotationIntrospector {

        @Override
        public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
            return required(member) ? Boolean.TRUE : null;
        }

        @Override
        public JsonSetter.Value findSetterInfo(Annotated member) {
            return required(member)
                    ? JsonSetter.Value.forValueNulls(Nulls.FAIL)
                    : JsonSetter.Value.empty();
        }

        private static boolean required(Annotated member) {
            var type = declaredType(member);
            return type != null
                    && member.getRawType() != Optional.class
                    && !type.isAnnotationPresent(Nullable.class);
        }

        private static @Nullable AnnotatedType declaredType(Annotated member) {
            if (member instanceof AnnotatedParameter parameter
                    && parameter.getDeclaringClass().isRecord()
                    && parameter.getOwner().getAnnotated() instanceof Constructor<?> constructor) {
                return constructor.getAnnotatedParameterTypes()[parameter.getIndex()];
            }
            if (member instanceof AnnotatedField field && field.getDeclaringClass().isRecord()) {
                return field.getAnnotated().getAnnotatedType();
            }
            return null;
        }
    }
}
