package io.streamwire.contract;

import org.jspecify.annotations.Nullable;

/**
 * Why a rule acted, as it was when it fired: the rule may be renamed or gone when somebody asks.
 *
 * @param eventType like {@code tiktok.gift}
 * @param ruleName 1 to 100 characters
 * @param ruleVersion grows by one with every change of the rule, from 1
 * @param tag by which it reached the device; null when the rule named the device itself
 */
public record RuleCause(String eventType, String ruleName, long ruleVersion, @Nullable String tag) {

    /** Of a rule that names its device. */
    public RuleCause(String eventType, String ruleName, long ruleVersion) {
        this(eventType, ruleName, ruleVersion, null);
    }

    /** The same, of a rule that reached the device by a tag. */
    public RuleCause by(String tag) {
        return new RuleCause(eventType, ruleName, ruleVersion, tag);
    }
}
