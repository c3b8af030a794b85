import type { RuleText } from "../finding";
import { SUPPRESSION_RULES } from "../suppress";
import { chapters as overObjects, type Chapter } from ".";

/** All rules as the documentation lists them, those over suppressions among them. */
export const describedChapters: readonly Chapter<RuleText>[] = [
  { title: "Suppressions", rules: Object.values(SUPPRESSION_RULES) },
  ...overObjects,
];

export const describedRules: readonly RuleText[] = describedChapters.flatMap(({ rules }) => rules);
