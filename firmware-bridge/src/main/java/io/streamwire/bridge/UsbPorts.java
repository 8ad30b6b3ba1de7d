package io.streamwire.bridge;

import com.fazecast.jSerialComm.SerialPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Serial ports on USB whose vendor makes boards or their converters. To open a port resets many
 * things, a 3D printer too, so no other one is touched. Looks closer only when a device file came,
 * went or is another one. Confined to one thread but for {@link #forget}.
 */
final class UsbPorts implements Ports {

    private static final Path DEVICES = Path.of("/dev");
    private static final String GLOB = "tty{ACM,USB}*";
    private static final int MOST_NAME = 64;

    private final Path devices;
    private final Supplier<List<Found>> looking;
    private Set<String> seen = Set.of();
    private List<Found> found = List.of();
    private volatile boolean outdated;

    /**
     * @param vendors USB vendor ids, four lower-case hex digits
     * @param ignored paths that are never opened
     */
    UsbPorts(Set<String> vendors, Set<String> ignored) {
        this(DEVICES, () -> look(vendors, ignored));
    }

    /**
     * @param devices where device files are
     * @param looking looks closer
     */
    UsbPorts(Path devices, Supplier<List<Found>> looking) {
        this.devices = devices;
        this.looking = looking;
    }

    @Override
    public List<Found> list() {
        var now = deviceFiles();
        if (outdated || !now.equals(seen)) {
            outdated = false;
            found = now.isEmpty() ? List.of() : looking.get();
            seen = now;
        }
        return found;
    }

    @Override
    public void forget() {
        outdated = true;
    }

    /** With what tells a file from the one that had its name before. */
    private Set<String> deviceFiles() {
        var names = new TreeSet<String>();
        try (var files = Files.newDirectoryStream(devices, GLOB)) {
            for (var file : files) {
                names.add(
                        file
                                + " "
                                + Files.readAttributes(file, BasicFileAttributes.class).fileKey());
            }
        } catch (java.io.IOException | java.nio.file.DirectoryIteratorException e) {
            return names; // looked at again soon
        }
        return names;
    }

    private static List<Found> look(Set<String> vendors, Set<String> ignored) {
        var serials = new HashMap<String, Integer>();
        var ports =
                Arrays.stream(SerialPort.getCommPorts())
                        .filter(port -> isWanted(port, vendors, ignored))
                        .toList();
        ports.forEach(port -> serials.merge(serialName(port), 1, Integer::sum));
        return ports.stream()
                .map(port -> {
                    var names = new ArrayList<String>();
                    if (hasSerial(port) && serials.getOrDefault(serialName(port), 0) == 1) {
                        names.add(serialName(port)); // some makers give every board the same
                    }
                    names.add(name(port) + ":at:" + clean(port.getPortLocation()));
                    return new Found(
                            port.getSystemPortPath(), names, port.getPortDescription(), false);
                })
                .toList();
    }

    private static boolean isWanted(SerialPort port, Set<String> vendors, Set<String> ignored) {
        return port.getVendorID() > 0
                && vendors.contains(hex(port.getVendorID()))
                && !ignored.contains(port.getSystemPortPath());
    }

    private static boolean hasSerial(SerialPort port) {
        var serial = port.getSerialNumber();
        return serial != null && !serial.isBlank() && !serial.equalsIgnoreCase("unknown");
    }

    private static String serialName(SerialPort port) {
        return shortened(name(port) + ":" + clean(String.valueOf(port.getSerialNumber())));
    }

    private static String name(SerialPort port) {
        return "usb:" + hex(port.getVendorID()) + ":" + hex(port.getProductID());
    }

    private static String hex(int id) {
        return String.format(Locale.ROOT, "%04x", id);
    }

    /** As the hub takes a hardware_uuid. */
    private static String clean(String text) {
        return text.replaceAll("[^A-Za-z0-9_.:-]", "_");
    }

    private static String shortened(String name) {
        return name.length() > MOST_NAME ? name.substring(0, MOST_NAME) : name;
    }
}
