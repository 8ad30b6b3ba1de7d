package io.streamwire.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.contract.Stream;
import io.streamwire.embedded.Embedded;
import io.streamwire.embedded.EmbeddedPorts;
import io.streamwire.embedded.EmbeddedSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BusTest {

    private static final Script PUBLISH = Script.of(BusTest.class, "publish.lua");
    private static final Script COUNT = Script.of(BusTest.class, "count.lua");

    private Bus bus = Bus.connect(Redis.settings(Redis.url()));

    @BeforeEach
    void emptyRedis() {
        Redis.clear();
    }

    @AfterEach
    void disconnect() {
        bus.close();
    }

    @Test
    void entriesArriveInTheOrderInWhichTheyWerePublished() {
        var seen = new ConcurrentLinkedQueue<String>();

        try (var _ = join(bus, "one", (_, entries) -> entries.forEach(e -> seen.add(e.body())))) {
            IntStream.range(0, 500).forEach(n -> publish(0, n));

            Await.until(() -> seen.size() == 500);
        }
        assertThat(seen).containsExactlyElementsOf(texts(500));
        assertThat(pending(0)).isZero();
    }

    @Test
    void aBatchThatFailedComesAgainAndItsStepsTakeEffectOnce() {
        var handled = new ConcurrentLinkedQueue<String>();
        var failures = new AtomicInteger();
        BatchHandler handler =
                (lease, entries) -> {
                    for (var entry : entries) {
                        var reply = count(lease, entry);
                        assertThat(reply.text(1)).isEqualTo("handled " + entry.body());
                    }
                    if (failures.incrementAndGet() < 3) {
                        throw new IllegalStateException("the database is away");
                    }
                    entries.forEach(entry -> handled.add(entry.body()));
                };

        try (var _ = join(bus, "one", handler)) {
            IntStream.range(0, 20).forEach(n -> publish(0, n));

            Await.until(() -> handled.size() == 20);
        }
        assertThat(handled).containsExactlyElementsOf(texts(20));
        assertThat(bus.get(counter(0))).contains("20");
        assertThat(bus.call(hashLength(), List.of(Stream.key(0, "marks:rules")), List.of()).join())
                .isEqualTo(Reply.of(List.of(0L)));
    }

    @Test
    void aNewOwnerHandlesWhatTheDeadOneHadBeenGiven() {
        var firstSaw = new AtomicInteger();
        var second = new ConcurrentLinkedQueue<String>();
        var dead = new AtomicBoolean();
        BatchHandler dies =
                (lease, entries) -> {
                    for (var entry : entries) {
                        count(lease, entry);
                    }
                    firstSaw.addAndGet(entries.size());
                    dead.set(true);
                    throw new IllegalStateException("killed between its step and its answer");
                };

        var first = join(bus, "first", dies);
        publish(0, 0);
        Await.until(dead::get);
        first.close();
        BatchHandler goesOn =
                (lease, entries) -> {
                    for (var entry : entries) {
                        count(lease, entry);
                        second.add(entry.body());
                    }
                };
        try (var _ = join(bus, "second", goesOn)) {
            publish(0, 1);

            Await.until(() -> second.size() == 2);
        }
        assertThat(firstSaw.get()).isPositive();
        assertThat(second).containsExactly("0", "1");
        assertThat(bus.get(counter(0))).contains("2");
    }

    @Test
    void anOwnerThatLostItsLeaseCannotWrite() {
        var leases = new Leases(RedisLink.open(Redis.settings(Redis.url())));
        var key = Stream.key(0, "lease:test");

        var old = leases.acquire(0, key, "paused").orElseThrow();
        assertThat(leases.acquire(0, key, "other")).isEmpty();
        Await.until(() -> leases.acquire(0, key, "other").isPresent());

        assertThat(old.held()).isFalse();
        assertThatThrownBy(() -> old.call(COUNT, List.of(counter(0)), List.of("x")).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(BusException.LeaseLost.class);
        assertThat(bus.get(counter(0))).isEmpty();
    }

    @Test
    void aRestartedInstanceTakesItsOwnLeaseOverAtOnce() {
        var leases = new Leases(RedisLink.open(Redis.settings(Redis.url())));
        var key = Stream.key(0, "lease:test");

        var before = leases.acquire(0, key, "standalone").orElseThrow();
        var after = leases.acquire(0, key, "standalone").orElseThrow();

        assertThat(after.renewal().join()).isTrue();
        assertThat(before.renewal().join()).isFalse();
    }

    @Test
    void instancesShareThePartitionsAndTakeOverFromOneThatLeaves() {
        var handler = (BatchHandler) (_, _) -> {};
        var first = join(bus, "first", handler);
        Await.until(() -> first.partitions().size() == 8);

        var second = join(bus, "second", handler);
        Await.until(() -> first.partitions().size() == 4 && second.partitions().size() == 4);
        assertThat(first.partitions()).doesNotContainAnyElementsOf(second.partitions());
        first.close();

        Await.until(() -> second.partitions().size() == 8);
        second.close();
    }

    @Test
    void twoInstancesHandleEachEntryOnceWhileTheyTakeOver() {
        var handled = ConcurrentHashMap.<String>newKeySet();
        BatchHandler handler =
                (lease, entries) -> {
                    for (var entry : entries) {
                        count(lease, entry);
                    }
                    entries.forEach(entry -> handled.add(entry.body()));
                };
        var first = join(bus, "first", handler);
        Await.until(() -> first.partitions().size() == 8);
        IntStream.range(0, 1_000).forEach(n -> publish(n % 8, n));

        var second = join(bus, "second", handler);
        IntStream.range(1_000, 2_000).forEach(n -> publish(n % 8, n));
        Await.until(() -> second.partitions().size() == 4);
        first.close();
        IntStream.range(2_000, 3_000).forEach(n -> publish(n % 8, n));

        Await.until(() -> handled.size() == 3_000);
        second.close();
        var total =
                IntStream.range(0, 8)
                        .mapToLong(p -> Long.parseLong(bus.get(counter(p)).orElse("0")))
                        .sum();
        assertThat(total).isEqualTo(3_000);
    }

    @Test
    void aConsumerThatHangsHoldsUpNeitherTheOtherPartitionsNorTheNextOwner() {
        var hanging = new AtomicInteger();
        var goOn = new CountDownLatch(1);
        BatchHandler counts =
                (lease, entries) -> {
                    for (var entry : entries) {
                        count(lease, entry);
                    }
                };
        BatchHandler hangs =
                (lease, entries) -> {
                    hanging.incrementAndGet();
                    goOn.await();
                    counts.handle(lease, entries);
                };
        var first = join(bus, "first", hangs);
        Await.until(() -> first.partitions().size() == 8);
        IntStream.range(0, 8).forEach(partition -> publish(partition, 0));
        Await.until(() -> hanging.get() == 8);
        var leases = leases("rules");

        var second = join(bus, "second", counts);
        Await.until(() -> second.partitions().size() == 4);
        assertThat(first.partitions()).hasSize(4);
        assertThat(leases("rules")).containsAll(leasesOf(first, leases));

        first.close();
        Await.until(() -> second.partitions().size() == 8);
        goOn.countDown();
        Await.until(() -> IntStream.range(0, 8).allMatch(p -> pending(p) == 0));
        assertThat(IntStream.range(0, 8).mapToObj(p -> bus.get(counter(p)).orElse("0")))
                .containsOnly("1");
        second.close();
    }

    private List<String> leases(String service) {
        return IntStream.range(0, 8)
                .mapToObj(p -> p + " " + redis("GET", Stream.key(p, "lease:" + service)).text(0))
                .toList();
    }

    private static List<String> leasesOf(Membership owner, List<String> leases) {
        return owner.partitions().stream().map(leases::get).toList();
    }

    @Test
    void onlyWhatEveryRequiredGroupAcknowledgedIsTrimmed() {
        for (int n = 0; n < 3_000; n++) {
            publish(0, n);
        }
        var rules = new AtomicInteger();
        var log = new AtomicInteger();
        var stuck = new AtomicBoolean(true);
        BatchHandler stops =
                (_, entries) -> {
                    if (stuck.get()) {
                        throw new IllegalStateException("the database is away");
                    }
                    log.addAndGet(entries.size());
                };
        var consumers =
                List.of(
                        new Consumer(
                                Stream.EVENTS,
                                "rules",
                                (_, entries) -> rules.addAndGet(entries.size())),
                        new Consumer(Stream.EVENTS, "rules-analytics", (_, _) -> {}),
                        new Consumer(Stream.EVENTS, "ingest-log", stops));
        assertThat(consumers)
                .extracting(Consumer::group)
                .containsExactlyInAnyOrderElementsOf(Stream.EVENTS.requiredGroups());

        try (var _ = bus.join("both", "one", consumers, PartitionListener.NONE)) {
            Await.until(() -> rules.get() == 3_000);
            assertThat(length(0)).isEqualTo(3_000);
            stuck.set(false);

            Await.until(() -> log.get() == 3_000);
            Await.until(() -> length(0) < 1_200);
            assertThat(length(0)).isGreaterThanOrEqualTo(1_000);
        }
    }

    @Test
    void anAwaitedGroupIsWaitedForUntilTheStreamIsHalfFull() {
        var key = Stream.ACTIONS.key(0);
        var devices = new AtomicInteger();
        var stuck = new AtomicBoolean(true);
        BatchHandler waits =
                (_, _) -> {
                    if (stuck.get()) {
                        throw new IllegalStateException("the database is away");
                    }
                };
        var consumers =
                List.of(
                        new Consumer(
                                Stream.ACTIONS,
                                "devices",
                                (_, entries) -> devices.addAndGet(entries.size())),
                        new Consumer(Stream.ACTIONS, "rules-webhooks", waits));
        assertThat(Stream.ACTIONS.awaitedGroups()).containsExactly("rules-webhooks");

        try (var _ = bus.join("both", "one", consumers, PartitionListener.NONE)) {
            fill(key, 2_000);
            Await.until(() -> devices.get() == 2_000);
            assertThat(redis("XLEN", key).number(0)).isEqualTo(2_000);

            fill(key, 2_500);
            Await.until(() -> redis("XLEN", key).number(0) < 2_700);
            assertThat(redis("XLEN", key).number(0)).isGreaterThanOrEqualTo(2_500);

            stuck.set(false);
            Await.until(() -> redis("XLEN", key).number(0) < 1_200);
        }
    }

    @Test
    void ofLargeEntriesFewerStay() {
        var key = Stream.ACTIONS.key(0);
        var devices = new AtomicInteger();
        var consumers =
                List.of(
                        new Consumer(
                                Stream.ACTIONS,
                                "devices",
                                (_, entries) -> devices.addAndGet(entries.size())),
                        new Consumer(Stream.ACTIONS, "rules-webhooks", (_, _) -> {}));

        try (var _ = bus.join("both", "one", consumers, PartitionListener.NONE)) {
            for (int n = 0; n < 900; n++) {
                var _ = redis("XADD", key, "*", "type", "any", "body", "x".repeat(8_192));
            }

            Await.until(() -> devices.get() == 900);
            Await.until(() -> redis("XLEN", key).number(0) < 200);
            assertThat(redis("XLEN", key).number(0)).isGreaterThan(60);
        }
    }

    private void fill(String key, int entries) {
        for (int n = 0; n < entries; n++) {
            var _ = redis("XADD", key, "*", "type", "any");
        }
    }

    @Test
    void aFullStreamRefuses() {
        var published = IntStream.range(0, 5_000).mapToObj(n -> send(0, n)).toList();
        published.forEach(future -> assertThat(future.join().text(0)).contains("-"));

        assertThatThrownBy(() -> publish(0, 5_001))
                .hasCauseInstanceOf(BusException.StreamFull.class);
        publish(1, 0);
    }

    @Test
    void aFullRedisRefusesAndItsReadersKeepTheirPlace() {
        var seen = new AtomicInteger();
        try (var _ = join(bus, "one", (_, entries) -> seen.addAndGet(entries.size()))) {
            publish(0, 0);
            Await.until(() -> seen.get() == 1);
            var owner = lease("rules");

            Redis.configure("maxmemory", "1");
            try {
                assertThatThrownBy(() -> publish(0, 1))
                        .hasCauseInstanceOf(BusException.StreamFull.class);
                awaitRenewals("rules", 5);
                assertThat(lease("rules")).isEqualTo(owner);
            } finally {
                Redis.configure("maxmemory", "0");
            }

            publish(0, 2);
            Await.until(() -> seen.get() == 2);
        }
    }

    @Test
    void aReaderThatDiedIsReplaced() {
        var seen = new AtomicInteger();
        BatchHandler diesOnce =
                (_, entries) -> {
                    if (seen.getAndAdd(entries.size()) == 0) {
                        throw new StackOverflowError("a defect");
                    }
                };

        try (var _ = join(bus, "one", diesOnce)) {
            publish(0, 0);

            Await.until(() -> seen.get() == 2);
        }
    }

    @Test
    void aHoldThatLapsedIsKeptUnlessSomebodyElseHasIt() {
        var workspace = UUID.fromString("01980000-0000-7000-8000-000000000001");
        var partition = bus.partition(workspace);
        var key = Stream.key(partition, "hold:livestream:1");
        var lost = new AtomicBoolean();
        var held = bus.hold(workspace, "livestream:1", "first", () -> lost.set(true)).orElseThrow();

        redis("DEL", key);
        Await.until(() -> writes(held));
        assertThat(lost).isFalse();
        assertThat(bus.hold(workspace, "livestream:1", "second", () -> {})).isEmpty();

        redis("SET", key, "99:second");
        Await.until(lost::get);
        assertThat(writes(held)).isFalse();
    }

    private static boolean writes(Lease lease) {
        var write = new Script("write", "return 1");
        return !lease.call(write, List.of(), List.of())
                .handle((_, failure) -> failure)
                .thenApply(failure -> failure != null)
                .join();
    }

    private Reply redis(String... command) {
        var script = new Script("command", "return redis.call(unpack(ARGV))");
        return bus.call(script, List.of(), List.of(command)).join();
    }

    private String lease(String service) {
        return redis("GET", Stream.key(0, "lease:" + service)).text(0);
    }

    /** Waits until the time that is left of a lease has grown again so often. */
    private void awaitRenewals(String service, int count) {
        var left = new AtomicLong(Long.MAX_VALUE);
        var renewals = new AtomicInteger();
        Await.until(() -> {
            var now = redis("PTTL", Stream.key(0, "lease:" + service)).number(0);
            if (now > left.getAndSet(now)) {
                renewals.incrementAndGet();
            }
            return renewals.get() >= count;
        });
    }

    @Test
    void aFeedShowsWhatComesAndResumesWhatWasMissed() throws Exception {
        var feed = bus.feed(Stream.EVENTS, 0);
        publish(0, 0);
        var ids = new ArrayList<String>();

        try (var reader = feed.from(null)) {
            publish(0, 1);
            publish(0, 2);
            while (ids.size() < 2) {
                reader.next(Duration.ofSeconds(5)).entries().forEach(e -> ids.add(e.id()));
            }
        }
        for (int n = 3; n < 900; n++) {
            publish(0, n);
        }
        var resumed = new ArrayList<String>();
        try (var reader = feed.from(ids.getFirst())) {
            while (resumed.size() < 898) {
                var batch = reader.next(Duration.ofSeconds(5));
                assertThat(batch.gap()).isFalse();
                batch.entries().forEach(e -> resumed.add(e.body()));
            }
            publish(0, 900);
            assertThat(reader.next(Duration.ofSeconds(5)).entries())
                    .extracting(Entry::body)
                    .containsExactly("900");
        }
        assertThat(resumed).containsExactlyElementsOf(texts(900).subList(2, 900));
    }

    @Test
    void aFeedSaysThatEntriesAreGone() throws Exception {
        publish(0, 0);

        try (var reader = bus.feed(Stream.EVENTS, 0).from("1-1")) {
            var batch = reader.next(Duration.ofSeconds(5));

            assertThat(batch.gap()).isTrue();
            assertThat(batch.entries()).extracting(Entry::body).containsExactly("0");
        }
        assertThatThrownBy(() -> bus.feed(Stream.EVENTS, 0).from("latest"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFeedTellsWhoResumesAfterWhatNeverWas() throws Exception {
        publish(0, 0);

        try (var reader = bus.feed(Stream.EVENTS, 0).from("99999999999999-0")) {
            assertThat(reader.next(Duration.ofSeconds(5)).gap()).isTrue();

            publish(0, 1);
            assertThat(reader.next(Duration.ofSeconds(5)).entries())
                    .extracting(Entry::body)
                    .containsExactly("1");
        }
    }

    @Test
    void aFeedTellsItsReadersWhatRedisHasForgotten() throws Exception {
        publish(0, 0);
        try (var reader = bus.feed(Stream.EVENTS, 0).from(null)) {
            publish(0, 1);
            assertThat(reader.next(Duration.ofSeconds(5)).entries()).hasSize(1);

            redis("FLUSHALL");
            Redis.cutConnections();

            var gap = new AtomicBoolean();
            Await.until(() -> {
                gap.compareAndSet(false, next(reader).gap());
                return gap.get();
            });
            Await.until(bus::available);
            publish(0, 2);
            assertThat(reader.next(Duration.ofSeconds(5)).entries())
                    .extracting(Entry::body)
                    .containsExactly("2");
        }
    }

    private static Feed.Batch next(Feed.Reader reader) {
        try {
            return reader.next(Duration.ofMillis(10));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLeaseOnALivestreamIsHeldByOneInstanceUntilItIsGivenBack() {
        var workspace = UUID.fromString("01980000-0000-7000-8000-000000000001");
        var held = bus.hold(workspace, "livestream:1", "first", () -> {}).orElseThrow();

        assertThat(bus.hold(workspace, "livestream:1", "second", () -> {})).isEmpty();
        held.close();

        assertThat(bus.hold(workspace, "livestream:1", "second", () -> {})).isPresent();
    }

    @Test
    void announcementsReachListeners() throws Exception {
        var heard = ConcurrentHashMap.<String>newKeySet();

        try (var _ = bus.listen("rules", heard::add)) {
            Await.until(() -> {
                bus.announce("rules", "workspace-1");
                return heard.equals(Set.of("workspace-1"));
            });
        }
    }

    @Test
    void aThrottleSaysHowLongToWait() {
        var throttle = bus.throttle("login", 3, Duration.ofMinutes(1));

        for (int n = 0; n < 3; n++) {
            assertThat(throttle.take("a@example.com")).isZero();
        }

        assertThat(throttle.take("a@example.com"))
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(20));
        assertThat(throttle.take("b@example.com")).isZero();
    }

    @Test
    void nothingIsLostWhenRedisRestarts(@TempDir Path directory) {
        var settings = EmbeddedSettings.in(directory);
        var embedded = Embedded.start(settings);
        var url = embedded.redisUrl();
        var seen = ConcurrentHashMap.<String>newKeySet();
        bus.close();
        bus = Bus.connect(Redis.settings(url));
        var membership = join(bus, "one", (_, entries) -> entries.forEach(e -> seen.add(e.body())));
        publish(0, 0);
        Await.until(() -> seen.size() == 1);

        embedded.close();
        Await.until(() -> !bus.available());
        assertThatThrownBy(() -> publish(0, 1)).hasCauseInstanceOf(BusException.Unavailable.class);
        try (var _ = Embedded.start(settings.withPorts(new EmbeddedPorts(0, url.getPort())))) {
            Await.until(bus::available);
            publish(0, 2);

            Await.until(() -> seen.equals(Set.of("0", "2")));
            membership.close();
            bus.close();
        }
    }

    private static Membership join(Bus bus, String instance, BatchHandler handler) {
        return bus.join(
                "rules",
                instance,
                List.of(new Consumer(Stream.EVENTS, "rules", handler)),
                PartitionListener.NONE);
    }

    private static Reply count(Lease lease, Entry entry) {
        return lease.step(
                        COUNT,
                        "rules",
                        entry,
                        List.of(counter(entry.partition())),
                        List.of(entry.body()))
                .join();
    }

    private static String counter(int partition) {
        return Stream.key(partition, "counter");
    }

    private void publish(int partition, int n) {
        var _ = send(partition, n).join();
    }

    private java.util.concurrent.CompletableFuture<Reply> send(int partition, int n) {
        return bus.call(
                PUBLISH, List.of(Stream.EVENTS.key(partition)), List.of(Integer.toString(n)));
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static Script hashLength() {
        return new Script("hlen", "return redis.call('HLEN', KEYS[1])");
    }

    private long length(int partition) {
        return bus.call(
                        new Script("xlen", "return redis.call('XLEN', KEYS[1])"),
                        List.of(Stream.EVENTS.key(partition)),
                        List.of())
                .join()
                .number(0);
    }

    private long pending(int partition) {
        var script = new Script("xpending", "return redis.call('XPENDING', KEYS[1], 'rules')[1]");
        return bus.call(script, List.of(Stream.EVENTS.key(partition)), List.of()).join().number(0);
    }
}
