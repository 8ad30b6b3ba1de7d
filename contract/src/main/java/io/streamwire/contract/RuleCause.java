package io.streamwire.contract;

/**
 * Why a rule acted, as it was when it fired: the rule may be renamed or gone when somebody asks.
 *
 * @param eventType like {@code tiktok.gift}
 * @param ruleName 1 to 100 characters
 * @param ruleVersion grows by one with every change of the rule, from 1
 */
public record RuleCause(String eventType, String ruleName, long ruleVersion) {}
