import type { Finding } from "./fault";
import { at, hasUnknown, isAbsent, isFields, items, list, type Item } from "./fields";
import { checkShares, type Shares } from "./shares";
import { trafficPolicies, type PolicyItem } from "./trafficPolicy";

/** Locality settings of a DestinationRule, with the policy that they stand in. */
export function localitySettings(spec: unknown): readonly (Item & { readonly policy: PolicyItem })[] {
  return trafficPolicies(spec).flatMap((policy) => {
    const value = at(policy.value, "loadBalancer", "localityLbSetting");
    if (!isFields(value)) return [];
    return [{ setting: `${policy.setting}.loadBalancer.localityLbSetting`, value, policy }];
  });
}

const isGiven = (value: unknown): boolean => list(value).length > 0;

/** Locality settings that say both how to spread and where to go next; istiod refuses them. */
export function spreadAndFailover(spec: unknown): readonly Finding[] {
  return localitySettings(spec)
    .filter(({ value }) => isGiven(value["distribute"]) && isGiven(value["failover"]))
    .map(({ setting }) => ({
      setting,
      value: ["distribute", "failover"],
      allowed: "one of distribute and failover",
    }));
}

/** Rows of a distribution that are no percentages of at least 1 which sum to 100; istiod refuses them. */
export function sharesOffWhole(spec: unknown): readonly Finding[] {
  return localitySettings(spec).flatMap((locality) =>
    items(`${locality.setting}.distribute`, locality.value["distribute"]).flatMap(({ setting, value }) => {
      const to = value["to"];
      if (!isFields(to) || hasUnknown(to)) return [];
      return checkShares(`${setting}.to`, to as Shares, 1);
    }),
  );
}

/** Failover that never happens: without outlier detection no workload counts as failed. */
export function failoverWithoutDetection(spec: unknown): readonly Finding[] {
  return localitySettings(spec).flatMap(({ setting, value, policy }) => {
    const failsOver = isGiven(value["failover"]) || isGiven(value["failoverPriority"]);
    const followsLocality = value["enabled"] === true && isAbsent(value["distribute"]);
    if (!failsOver && !followsLocality) return [];
    const detection = policy.value["outlierDetection"] ?? policy.inherits?.value["outlierDetection"];
    if (!isAbsent(detection)) return [];
    return [
      {
        setting: `${policy.setting}.outlierDetection`,
        value: undefined,
        allowed: `outlier detection beside ${setting.split(".").at(-1) ?? setting}`,
      },
    ];
  });
}
