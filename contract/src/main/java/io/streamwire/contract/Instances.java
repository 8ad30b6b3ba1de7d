package io.streamwire.contract;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.Arrays;
import java.util.List;

/** The instances of a service behind one URL: each address that its host's name has. */
public final class Instances {

    private Instances() {}

    /**
     * Makes this process see within 2 s that a name has other addresses; to be called before
     * anything is looked up.
     */
    public static void followNames() {
        Security.setProperty("networkaddress.cache.ttl", "2");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
    }

    /**
     * The URL once for each address of its host, as it is when the name is not known now. An https
     * URL stays as it is, since its certificate is the name's.
     */
    public static List<URI> of(URI url) {
        if (!"http".equals(url.getScheme())) {
            return List.of(url);
        }
        try {
            return Arrays.stream(InetAddress.getAllByName(url.getHost()))
                    .map(address -> at(url, address))
                    .distinct()
                    .toList();
        } catch (UnknownHostException e) {
            return List.of(url);
        }
    }

    private static URI at(URI url, InetAddress address) {
        var host = address.getHostAddress();
        var named = address instanceof Inet6Address ? "[" + host + "]" : host;
        var port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return URI.create("http://" + named + port + url.getRawPath());
    }
}
