package io.streamwire.rules;

import java.util.List;

/** A JSON body that is not a rule: everything that is wrong with it. */
final class InvalidRule extends RuntimeException {

    private final boolean unsupported;
    private final List<Fault> faults;

    InvalidRule(boolean unsupported, List<Fault> faults) {
        super(faults.toString());
        this.unsupported = unsupported;
        this.faults = List.copyOf(faults);
    }

    /** Whether it asks for something that rules cannot do. */
    boolean unsupported() {
        return unsupported;
    }

    List<Fault> faults() {
        return faults;
    }

    /**
     * One thing that is wrong.
     *
     * @param pointer where, as a JSON pointer (RFC 6901)
     */
    record Fault(String pointer, String detail) {}
}
