import type { GivenSettings, Subject } from "../../../../guardrails/rule";

/**
 * How good resources are changed: paths to new values (`networkProfile.networkPolicy`, `rules[0].port`; undefined takes
 * the property away), applied to the first resource of the case's kind; or any change of the whole list.
 */
export type Change =
  Readonly<Record<string, unknown>> | ((subjects: readonly Subject[]) => readonly Subject[]);

/** What proves one rule. The good input is the default stack `eastus`, of which the rule says nothing. */
export interface RuleCase {
  /** Kind of the resource that the changes are made to. */
  readonly on: string;
  /** Which one of that kind. @default the first */
  readonly name?: string;
  /** A good resource of the kind, where the default stacks have none; every rule must let it pass. */
  readonly good?: Readonly<Record<string, unknown>>;
  /** Breaks the rule, and no other one. */
  readonly mutate: Change;
  /** What the rule says of that. */
  readonly says: RegExp;
  /** Takes away what the rule looks at, and what it says then; nothing where the provider's default is right. */
  readonly absent: { readonly change: Change; readonly says?: RegExp };
  /** A setting that turns the judgement of a change round, or of the good input where there is none. */
  readonly configured: { readonly settings: GivenSettings; readonly change?: Change; readonly says?: RegExp };
}

/** Cases by rule. */
export type Cases = Readonly<Record<string, RuleCase>>;
