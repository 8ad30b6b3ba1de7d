package io.streamwire.embedded;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process that holds the servers of a data directory until it is killed. */
final class Holder {

    private Holder() {}

    static void main(String[] arguments) throws Exception {
        Embedded embedded = Embedded.start(Servers.durable(Path.of(arguments[0])));
        Servers.execute(embedded, "CREATE TABLE note (text text)");
        Servers.execute(embedded, "INSERT INTO note VALUES ('kept')");
        Servers.redis(embedded.redisUrl(), Servers.login(embedded), "SET note kept");
        System.out.println("ready"); // the test reads it
        new CountDownLatch(1).await();
    }
}
