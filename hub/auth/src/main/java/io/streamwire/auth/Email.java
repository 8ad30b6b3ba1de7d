package io.streamwire.auth;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Email addresses in the one form in which they are stored and compared. */
final class Email {

    private static final int LONGEST = 254;
    private static final Pattern LOCAL_PART =
            Pattern.compile("[^\\s\\p{Cntrl}@\"(),:;<>\\[\\\\\\]]{1,64}");
    private static final Pattern DOMAIN =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{2,63}");

    private Email() {}

    /** Lower case, without surrounding blanks, the domain in ASCII; empty when it is no address. */
    static Optional<String> normalised(String text) {
        var email = text.strip().toLowerCase(Locale.ROOT);
        int at = email.lastIndexOf('@');
        if (at < 0 || email.length() > LONGEST) {
            return Optional.empty();
        }
        var local = email.substring(0, at);
        return domain(email.substring(at + 1))
                .filter(domain -> LOCAL_PART.matcher(local).matches())
                .map(domain -> local + "@" + domain)
                .filter(whole -> whole.length() <= LONGEST);
    }

    private static Optional<String> domain(String text) {
        try {
            return Optional.of(IDN.toASCII(text).toLowerCase(Locale.ROOT))
                    .filter(domain -> DOMAIN.matcher(domain).matches());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
