package io.streamwire.contract.mqtt;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A firmware's version, {@code 1.2.0}; each number is 0 to 99,999. */
public record FirmwareVersion(int major, int minor, int patch)
        implements Comparable<FirmwareVersion> {

    private static final Pattern FORMAT = Pattern.compile("(\\d{1,5})\\.(\\d{1,5})\\.(\\d{1,5})");

    private static final Comparator<FirmwareVersion> ORDER =
            Comparator.comparingInt(FirmwareVersion::major)
                    .thenComparingInt(FirmwareVersion::minor)
                    .thenComparingInt(FirmwareVersion::patch);

    /** Empty when the text is no version. */
    public static Optional<FirmwareVersion> parse(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        var match = FORMAT.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new FirmwareVersion(
                        Integer.parseInt(match.group(1)),
                        Integer.parseInt(match.group(2)),
                        Integer.parseInt(match.group(3))));
    }

    @Override
    public int compareTo(FirmwareVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
