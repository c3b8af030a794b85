import type { Value, Values } from "./merge";
import { isValues } from "./merge";
import type { ChartValues } from "./profiles";

/** What a user lays over the values of the charts; `null` takes a value away. */
export type Overrides = Partial<ChartValues>;

/** Values that istiod's chart takes at its top level or under `pilot`, where `pilot` wins. */
const PILOT_KEYS: readonly string[] = [
  "autoscaleEnabled",
  "autoscaleMax",
  "autoscaleMin",
  "env",
  "replicaCount",
  "resources",
  "topologySpreadConstraints",
  "traceSampling",
];

/**
 * The user's values as layers, spelled so that the charts take notice of them:
 * - `global.proxy.autoscaleEnabled`, which guides give though no chart reads it, becomes the autoscaling of
 *   what it is meant for, istiod and the gateway;
 * - what istiod takes at its top level as well moves under `pilot`, or a profile's `pilot` would win over it.
 */
export function overrideLayers(overrides: Overrides): readonly Partial<ChartValues>[] {
  const istiod = Object.entries(overrides.istiod ?? {});
  const isPilots = ([key]: readonly [string, Value]): boolean => PILOT_KEYS.includes(key);
  return [
    ...autoscaling(overrides.istiod ?? {}),
    { istiod: { pilot: Object.fromEntries(istiod.filter(isPilots)) } },
    { ...overrides, istiod: Object.fromEntries(istiod.filter((entry) => !isPilots(entry))) },
  ];
}

function autoscaling(istiod: Values): readonly Partial<ChartValues>[] {
  const enabled = at(at(at(istiod, "global"), "proxy"), "autoscaleEnabled");
  if (typeof enabled !== "boolean") return [];
  const gateway = { autoscaling: { enabled } };
  return [
    {
      istiod: { pilot: { autoscaleEnabled: enabled } },
      gateway,
      egressGateway: gateway,
      internalGateway: gateway,
    },
  ];
}

function at(value: Value | undefined, key: string): Value | undefined {
  return isValues(value) ? value[key] : undefined;
}
