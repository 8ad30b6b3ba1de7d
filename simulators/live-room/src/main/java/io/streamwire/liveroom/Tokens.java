package io.streamwire.liveroom;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Visitor cookies, and signatures that are good once and for 30 s. */
final class Tokens {

    private static final long SIGNATURE_LIFE = TimeUnit.SECONDS.toNanos(30);
    private static final String VISITOR = "1%7Clive-room-";

    private final AtomicLong last = new AtomicLong();
    private final AtomicInteger visitors = new AtomicInteger();
    private final Map<String, Long> signatures = new ConcurrentHashMap<>();

    String visitor() {
        visitors.incrementAndGet();
        return VISITOR + last.incrementAndGet();
    }

    int visitors() {
        return visitors.get();
    }

    boolean isVisitor(String cookie) {
        return cookie.startsWith(VISITOR);
    }

    String signature() {
        var signature = "wrss-" + last.incrementAndGet();
        signatures.put(signature, System.nanoTime());
        return signature;
    }

    boolean redeem(String signature) {
        var made = signatures.remove(signature);
        return made != null && System.nanoTime() - made < SIGNATURE_LIFE;
    }
}
