import type { Fault } from "../../istio/rules/fault";
import type { Value, Values } from "../../istio/values";

/** Charts of Linkerd, as settings call them. */
export type LinkerdChart = "crds" | "controlPlane" | "viz";

/** What a user lays over the values of the charts; `null` takes a value away. */
export type LinkerdOverrides = Readonly<Partial<Record<LinkerdChart, Values>>>;

/** Replicas that older charts took for each Deployment by itself. */
const REPLICAS = ["controllerReplicas", "destinationReplicas", "identityReplicas"] as const;

/**
 * The user's values of the control plane in the words of the present chart, which has one number for all its
 * Deployments: of the numbers for single ones the largest is taken.
 */
export function currentKeys(values: Values): Values {
  const said = REPLICAS.map((key) => values[key]).filter((value) => typeof value === "number");
  const rest = Object.entries(values).filter(
    ([key]) => key !== "destinationReplicas" && key !== "identityReplicas",
  );
  return {
    ...Object.fromEntries(rest),
    ...(said.length === 0 ? {} : { controllerReplicas: Math.max(...said) }),
  };
}

/** Keys of the charts whose value is a private key. */
const PRIVATE = /^keyPEM$/i;

/** What may not be said under values: they stand in the state of the stack in plain text, and Helm repeats them. */
export function checkOverrides(setting: string, overrides: LinkerdOverrides): readonly Fault[] {
  return Object.entries(overrides).flatMap(([chart, values]) => privateKeys(`${setting}.${chart}`, values));
}

function privateKeys(setting: string, value: Value): readonly Fault[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, Value]): readonly Fault[] => {
    const place = `${setting}.${key}`;
    if (!PRIVATE.test(key)) return privateKeys(place, inner);
    if (typeof inner !== "string" || inner.trim() === "") return [];
    return [
      {
        setting: place,
        value: "[hidden]",
        allowed: "no private key: the values of a Release stand in the state in plain text",
        fix: "Take it out: the issuer comes from the stack global as a Secret, and Helm makes the webhooks' keys",
      },
    ];
  });
}
