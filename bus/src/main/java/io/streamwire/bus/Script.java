package io.streamwire.bus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A Lua script that Redis runs in one go. Its keys all lie in one partition. It may call {@code
 * sw_full(stream)} to learn whether a stream is at its cap, and then returns {@code sw_refuse()}.
 *
 * @param name for messages
 */
public record Script(String name, String lua) {

    /** Reads a script that lies beside a class. */
    public static Script of(Class<?> anchor, String resource) {
        try (var in = anchor.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "no " + resource + " beside " + anchor.getName());
            }
            return new Script(resource, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a script is guarded. */
    enum Guard {
        /** Anybody may run it at any time. */
        NONE,
        /** Only the holder of a lease. */
        LEASE,
        /** Only the holder of a lease, and once per entry: see {@link Lease#step}. */
        STEP
    }

    /** The whole text that Redis runs; it always returns a list, or an error. */
    String guarded(Guard guard, long maxStreamLength) {
        var head =
                """
                local function sw_full(stream) return redis.call('XLEN', stream) >= %d end
                local function sw_refuse() return redis.error_reply('STREAMFULL') end
                local function sw_list(answer)
                  if type(answer) == 'table' then return answer end
                  return {answer}
                end
                local function sw_body(KEYS, ARGV)
                %s
                end
                """
                        .formatted(maxStreamLength, lua);
        return switch (guard) {
            case NONE -> head + "return sw_list(sw_body(KEYS, ARGV))";
            case LEASE -> head + HOLDER_ONLY + LEASE_TAIL;
            case STEP -> head + HOLDER_ONLY + STEP_TAIL;
        };
    }

    private static final String HOLDER_ONLY =
            """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then
              return redis.error_reply('LEASELOST')
            end
            """;

    private static final String LEASE_TAIL =
            """
            table.remove(KEYS, 1)
            table.remove(ARGV, 1)
            return sw_list(sw_body(KEYS, ARGV))
            """;

    // The mark is removed together with the acknowledgement (acknowledge.lua), so marks need no
    // expiry and never outlive the entry they stand for.
    private static final String STEP_TAIL =
            """
            local marks, entry = KEYS[2], ARGV[2]
            local mark = redis.call('HGET', marks, entry)
            if mark then return cjson.decode(mark) end
            local keys, args = {}, {}
            for i = 3, #KEYS do keys[i - 2] = KEYS[i] end
            for i = 3, #ARGV do args[i - 2] = ARGV[i] end
            local answer = sw_list(sw_body(keys, args))
            if not answer.err then redis.call('HSET', marks, entry, cjson.encode(answer)) end
            return answer
            """;
}
