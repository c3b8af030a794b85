import type { Fault } from "./fault";

/**
 * The oldest Istio that this program installs. Before it, a rotated remote secret was ignored until istiod
 * restarted (istio#60612) or lost the endpoints of the cluster (istio#60920, istio#61043), and istiod called
 * itself ready before its webhook listened (istio#61049).
 */
export const OLDEST_ISTIO = "1.30.4";

/** Faults of an Istio version. */
export function checkIstioVersion(setting: string, version: string): readonly Fault[] {
  const parts = parse(version);
  if (parts !== undefined && compare(parts, parse(OLDEST_ISTIO) ?? []) >= 0) return [];
  return [
    {
      setting,
      value: version,
      allowed: `a released version, ${OLDEST_ISTIO} or later, as in 1.31.1`,
      fix:
        parts === undefined
          ? "Write it as three numbers"
          : `Take ${OLDEST_ISTIO} or later: older ones lose a cluster's endpoints when its remote secret is rotated`,
    },
  ];
}

function parse(version: string): readonly number[] | undefined {
  return /^\d+\.\d+\.\d+$/.test(version) ? version.split(".").map(Number) : undefined;
}

function compare(left: readonly number[], right: readonly number[]): number {
  return left.map((part, index) => part - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
