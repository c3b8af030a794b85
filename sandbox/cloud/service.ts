import type { KubeObject } from "../kube";

/** Held on a Service for as long as an address is bound to it; the name is that of every cloud's controller. */
export const FINALIZER = "service.kubernetes.io/load-balancer-cleanup";
/** Names the public IP address resource to use. */
export const PIP_NAME = "service.beta.kubernetes.io/azure-pip-name";
/** Names the resource group that the address is in. */
export const PIP_GROUP = "service.beta.kubernetes.io/azure-load-balancer-resource-group";
/** Asks for a load balancer inside the virtual network. */
const INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal";
/** Names the address of the virtual network that an internal load balancer is to have. */
const INTERNAL_IPV4 = "service.beta.kubernetes.io/azure-load-balancer-ipv4";
/** Stands in place of a resource group for an address of the virtual network. */
const VIRTUAL_NETWORK = "virtual-network";
/** Ours: which address is bound, so that a restarted controller can release it although the Service changed. */
export const BOUND = "sandbox/public-ip";

/** A public IP address resource. */
export interface Address {
  readonly resourceGroup: string;
  readonly name: string;
}

/** What is to be done for a Service. */
export type Plan =
  | { readonly action: "none" }
  /** Take the finalizer, bind `to`, release `from` where it is another one. */
  | { readonly action: "bind"; readonly to: Address; readonly from?: Address }
  /** Release what is bound and let the Service go. */
  | { readonly action: "release"; readonly from?: Address }
  | { readonly action: "refuse"; readonly message: string };

/** Says which address a Service is to have, or in words why it gets none. */
export type Choice = (service: KubeObject) => Address | string;

/** The number of an address inside the virtual network, which no resource stands for; undefined for any other. */
export function internalIp({ resourceGroup, name }: Address): string | undefined {
  return resourceGroup === VIRTUAL_NETWORK ? name : undefined;
}

/**
 * The address of an internal load balancer for which none is named. Azure takes a free one of the subnet; there is no
 * subnet here, so it is made of the Service's cluster address, which no other Service has.
 */
function freeInternalIp(service: KubeObject): string | undefined {
  const { clusterIP } = (service["spec"] ?? {}) as { readonly clusterIP?: string };
  const last = /^\d+\.\d+\.(\d+\.\d+)$/.exec(clusterIP ?? "")?.[1];
  return last === undefined ? undefined : `10.255.${last}`;
}

/** AKS, as the program uses it: the address that the annotations name. */
export const namedAddress: Choice = (service) => {
  const { annotations = {} } = service.metadata;
  if (annotations[INTERNAL]?.toLowerCase() === "true") {
    const named = annotations[INTERNAL_IPV4] ?? "";
    const ip = named === "" ? freeInternalIp(service) : named;
    return ip === undefined
      ? "the Service has no cluster address yet, by which the sandbox's internal load balancer chooses one."
      : { resourceGroup: VIRTUAL_NETWORK, name: ip };
  }
  const missing = [PIP_NAME, PIP_GROUP].filter((name) => (annotations[name] ?? "") === "");
  return missing.length > 0
    ? `the Service has no annotation ${missing.join(" and ")}: the sandbox's load balancer takes only a public IP address that exists, by its name and resource group.`
    : { name: annotations[PIP_NAME] ?? "", resourceGroup: annotations[PIP_GROUP] ?? "" };
};

/** Any other cluster: one of the pool, whatever Azure's annotations say. */
export const pooledAddress: Choice = ({ metadata: { namespace = "default", name } }) => ({
  resourceGroup: "pool",
  name: `${namespace}.${name}`,
});

/** Decides by a Service alone. */
export function plan(service: KubeObject, choose: Choice = namedAddress): Plan {
  const { annotations = {}, finalizers = [], deletionTimestamp } = service.metadata;
  const bound = parseAddress(annotations[BOUND]);
  const from = bound === undefined ? {} : { from: bound };
  const wanted = deletionTimestamp === undefined && typeOf(service) === "LoadBalancer";
  if (!wanted)
    return finalizers.includes(FINALIZER) || bound !== undefined
      ? { action: "release", ...from }
      : { action: "none" };
  const to = choose(service);
  if (typeof to === "string") return { action: "refuse", message: to };
  const done =
    bound?.name === to.name &&
    bound.resourceGroup === to.resourceGroup &&
    finalizers.includes(FINALIZER) &&
    ingressAddress(service) !== undefined;
  return done ? { action: "none" } : { action: "bind", to, ...from };
}

/** The address in a Service's status. */
export function ingressAddress(service: KubeObject): string | undefined {
  const status = service["status"] as { loadBalancer?: { ingress?: { ip?: string }[] } } | undefined;
  return status?.loadBalancer?.ingress?.[0]?.ip;
}

/** Whether two names mean one resource: Azure's names ignore case. */
export function isSame(a: Address, b: Address): boolean {
  const key = ({ resourceGroup, name }: Address) => `${resourceGroup}/${name}`.toLowerCase();
  return key(a) === key(b);
}

/** How an address is written in the annotation. */
export function formatAddress({ resourceGroup, name }: Address): string {
  return `${resourceGroup}/${name}`;
}

function parseAddress(text: string | undefined): Address | undefined {
  const [resourceGroup, name] = text?.split("/") ?? [];
  return resourceGroup === undefined || name === undefined ? undefined : { resourceGroup, name };
}

function typeOf(service: KubeObject): string | undefined {
  return (service["spec"] as { type?: string } | undefined)?.type;
}
