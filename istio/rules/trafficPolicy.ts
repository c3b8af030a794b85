import { at, items, type Item } from "./fields";

/** A traffic policy of a DestinationRule, and what holds for it from the one above. */
export interface PolicyItem extends Item {
  /** The policy that fills what this one leaves out. */
  readonly inherits?: Item;
}

/**
 * Every traffic policy of a DestinationRule, of single ports and subsets too. A subset takes over what it does not
 * say itself, the settings of a port take over nothing (MergeTrafficPolicy in pilot/pkg/model/destination_rule.go).
 */
export function trafficPolicies(spec: unknown): readonly PolicyItem[] {
  const top = items("spec.trafficPolicy", [at(spec, "trafficPolicy")]).map(({ value }) => ({
    setting: "spec.trafficPolicy",
    value,
  }));
  const subsets = items("spec.subsets", at(spec, "subsets")).flatMap(({ setting, value }): PolicyItem[] => {
    const inherits = top[0] === undefined ? {} : { inherits: top[0] };
    return items("", [value["trafficPolicy"]]).map((policy) => ({
      setting: `${setting}.trafficPolicy`,
      value: policy.value,
      ...inherits,
    }));
  });
  return [...top, ...subsets].flatMap((policy) => [
    policy,
    ...items(`${policy.setting}.portLevelSettings`, policy.value["portLevelSettings"]),
  ]);
}
