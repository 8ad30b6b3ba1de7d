package io.streamwire.liveroom;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A local server that speaks as TikTok does towards a client of its LIVE streams: the pages on
 * which a room is found, the webcast websocket, and a sign server. One port serves all three.
 */
public final class LiveRoom implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";

    private final Map<String, Room> rooms = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong(Instant.now().getEpochSecond() << 32);
    private final AtomicInteger lookups = new AtomicInteger();
    private final AtomicInteger signRequests = new AtomicInteger();
    private final Tokens tokens = new Tokens();
    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("live-room", true), NioIoHandler.newFactory());
    private final InstantSource clock;
    private final String host;
    private final Channel server;
    private volatile SignFault signFault = SignFault.NONE;
    private volatile String signKey = "";
    private volatile String redirect = "";
    private volatile boolean captcha;
    private volatile boolean unresponsive;
    private volatile boolean directBlocked;
    private volatile boolean apiUnaware;

    private LiveRoom(InetSocketAddress address, String host, InstantSource clock) {
        this.clock = clock;
        this.host = host;
        try {
            server =
                    new ServerBootstrap()
                            .group(loop)
                            .channel(NioServerSocketChannel.class)
                            .childOption(ChannelOption.TCP_NODELAY, true)
                            .childHandler(
                                    new ChannelInitializer<SocketChannel>() {
                                        @Override
                                        protected void initChannel(SocketChannel channel) {
                                            channel.pipeline()
                                                    .addLast(
                                                            new HttpServerCodec(
                                                                    16_384, 8_192, 8_192))
                                                    .addLast(new HttpObjectAggregator(65_536))
                                                    .addLast(new Door(LiveRoom.this));
                                        }
                                    })
                            .bind(address)
                            .syncUninterruptibly()
                            .channel();
        } catch (RuntimeException e) {
            var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    /** Listens on a port of the loopback interface, 0 for any that is free. */
    public static LiveRoom start(int port) {
        return start(port, InstantSource.system());
    }

    /**
     * Listens on every interface, for an ingest on another machine.
     *
     * @param host the name by which ingest reaches this machine
     */
    public static LiveRoom startFor(String host, int port) {
        return new LiveRoom(new InetSocketAddress(port), host, InstantSource.system());
    }

    /**
     * The same with a clock of the caller's.
     *
     * @param clock when messages say that they happened
     */
    public static LiveRoom start(int port, InstantSource clock) {
        return new LiveRoom(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LOOPBACK, clock);
    }

    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Stands for www.tiktok.com, webcast.tiktok.com and the sign server. */
    public URI url() {
        return URI.create("http://" + host + ":" + port());
    }

    /** Stands for webcast-ws.tiktok.com. */
    public URI socketUrl() {
        return URI.create("ws://" + host + ":" + port());
    }

    /** What ingest has to be configured with to talk to this room instead of TikTok. */
    public Map<String, String> settings() {
        return Map.of(
                "ingest.tiktok.web-url", url().toString(),
                "ingest.tiktok.webcast-url", url().toString(),
                "ingest.tiktok.socket-url", socketUrl().toString(),
                "ingest.tiktok.sign-url", url().toString());
    }

    /** The LIVE of a user, who is live from the first call on. */
    public Room room(String username) {
        return rooms.computeIfAbsent(
                username.toLowerCase(Locale.ROOT),
                name -> new Room(name, lastId.incrementAndGet(), lastId::incrementAndGet, clock));
    }

    Optional<Room> find(String username) {
        return Optional.ofNullable(rooms.get(username.toLowerCase(Locale.ROOT)));
    }

    Optional<Room> byId(String roomId) {
        return rooms.values().stream().filter(room -> room.roomId().equals(roomId)).findFirst();
    }

    /** The user goes offline and live again: a new room with a new id. */
    public Room restart(String username) {
        find(username)
                .ifPresent(room -> {
                    room.status(Room.Status.OFFLINE);
                    room.close();
                });
        rooms.remove(username.toLowerCase(Locale.ROOT));
        return room(username);
    }

    /** Room lookups by page or API so far. */
    public int lookups() {
        return lookups.get();
    }

    /** Signatures that were asked for, refused ones too. */
    public int signRequests() {
        return signRequests.get();
    }

    /** Visitor cookies that were given, those of signatures too. */
    public int visitors() {
        return tokens.visitors();
    }

    /** How the sign server answers from now on. */
    public void signFault(SignFault fault) {
        signFault = fault;
    }

    /** The only key that the sign server takes, empty for every key and none. */
    public void signKey(String key) {
        signKey = key;
    }

    /** Lookup pages are captchas, or pages again. */
    public void captcha(boolean captcha) {
        this.captcha = captcha;
    }

    /** HTTP requests are not answered. */
    public void unresponsive(boolean unresponsive) {
        this.unresponsive = unresponsive;
    }

    /** Sockets without a signature are refused as DEVICE_BLOCKED. */
    public void blockDirect(boolean blocked) {
        directBlocked = blocked;
    }

    /** The lookup API says user_not_found even of users who are live. */
    public void apiUnaware(boolean unaware) {
        apiUnaware = unaware;
    }

    /** Lookup pages redirect to there, empty for no redirect. */
    public void redirect(String location) {
        redirect = location;
    }

    SignFault signFault() {
        return signFault;
    }

    String signKey() {
        return signKey;
    }

    String redirect() {
        return redirect;
    }

    boolean captcha() {
        return captcha;
    }

    boolean unresponsive() {
        return unresponsive;
    }

    boolean directBlocked() {
        return directBlocked;
    }

    boolean apiUnaware() {
        return apiUnaware;
    }

    Tokens tokens() {
        return tokens;
    }

    void lookedUp() {
        lookups.incrementAndGet();
    }

    void signed() {
        signRequests.incrementAndGet();
    }

    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        rooms.values().forEach(Room::reset);
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
