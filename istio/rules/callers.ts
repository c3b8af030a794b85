import type { Application } from "../intent";
import type { Fault } from "./fault";
import { isLabel } from "./names";

/** The accounts of a region's gateways, the public one first; their requests come from outside the mesh. */
const GATEWAY_CALLERS = [
  "istio-ingress/istio-ingressgateway",
  "istio-ingress/istio-internal-gateway",
] as const;

/** A caller as `access` names it. */
export interface Caller {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Reads `namespace/serviceAccount`; undefined where the text is something else. */
export function parseCaller(text: string): Caller | undefined {
  const [namespace = "", serviceAccount = "", ...more] = text.split("/");
  const account = serviceAccount === "*" || serviceAccount.split(".").every(isLabel);
  return more.length === 0 && isLabel(namespace) && account ? { namespace, serviceAccount } : undefined;
}

/** Who there is to call a service of the catalog. */
export interface Callers {
  /** Whether somebody has that service account; an account `*` is anybody of the namespace. */
  readonly has: (caller: string) => boolean;
  /** Whether somebody lives in that namespace. */
  readonly hasNamespace: (namespace: string) => boolean;
}

/** Everybody who may call: the services, the gateways of the region, and whom the applications name beside. */
export function callersOf(applications: readonly Application[]): Callers {
  const known = new Set([
    ...GATEWAY_CALLERS,
    ...applications.flatMap(({ services }) =>
      services.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`),
    ),
    ...applications.flatMap(({ otherCallers = [] }) => otherCallers),
  ]);
  const inhabited = new Set([...known].map(namespaceOf));
  const brought = new Set(applications.flatMap(({ namespaces }) => namespaces.map(({ name }) => name)));
  return {
    has: (caller) =>
      known.has(caller) ||
      known.has(`${namespaceOf(caller)}/*`) ||
      (caller.endsWith("/*") && inhabited.has(namespaceOf(caller))),
    hasNamespace: (namespace) => inhabited.has(namespace) || brought.has(namespace),
  };
}

function namespaceOf(caller: string): string {
  return caller.split("/")[0] ?? "";
}

/** Faults of a list of callers: what is no name of one, and whom nobody is. */
export function checkCallers(
  setting: string,
  list: readonly string[] = [],
  callers: Callers,
): readonly Fault[] {
  return [
    ...checkCallerNames(setting, list),
    ...list
      .filter((caller) => parseCaller(caller) !== undefined && !callers.has(caller))
      .map((caller) => ({
        setting,
        value: caller,
        allowed: `the service account of a service of the catalog, ${GATEWAY_CALLERS[0]}, or one of otherCallers`,
        fix: "Correct the name, or add it to the application's otherCallers",
      })),
  ];
}

/** Faults of texts that should be `namespace/serviceAccount`. */
export function checkCallerNames(setting: string, list: readonly string[]): readonly Fault[] {
  return list
    .filter((caller) => parseCaller(caller) === undefined)
    .map((caller) => ({
      setting,
      value: caller,
      allowed: "namespace/serviceAccount, where the account may be *",
      fix: 'Write it like "production/ai-agent"',
    }));
}

/** Faults of a list of namespaces that callers come from. */
export function checkNamespaces(
  setting: string,
  list: readonly string[] = [],
  callers: Callers,
): readonly Fault[] {
  return list
    .filter((namespace) => !isLabel(namespace) || !callers.hasNamespace(namespace))
    .map((namespace) => ({
      setting,
      value: namespace,
      allowed: "a namespace of the catalog, or one that a caller of otherCallers lives in",
      fix: 'Correct the name, or add "namespace/*" to the application\'s otherCallers',
    }));
}
