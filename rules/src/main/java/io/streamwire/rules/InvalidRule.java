package io.streamwire.rules;

import io.streamwire.service.Problem;
import io.streamwire.service.Violation;
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

    /** As an answer: 422 {@code rule_invalid} or {@code rule_unsupported}. */
    Problem problem() {
        return Problem.unprocessable(
                unsupported ? "rule_unsupported" : "rule_invalid",
                unsupported
                        ? "The rule asks for something that rules cannot do."
                        : "The rule has values that are not acceptable.",
                faults.stream()
                        .map(fault -> new Violation(fault.pointer(), fault.detail()))
                        .toList());
    }

    /**
     * One thing that is wrong.
     *
     * @param pointer where, as a JSON pointer (RFC 6901)
     */
    record Fault(String pointer, String detail) {}
}
