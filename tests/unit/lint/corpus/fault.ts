/** A seeded fault: what it changes in a mesh that is right, and the rule that must find it. */
export interface SeededFault {
  /** The rule that finds it, and no other does. */
  readonly code: string;
  readonly name: string;
  /** Objects that come in, or replace those of the same kind and name. */
  readonly yaml: string;
  /** What westeurope gets in its place; by default the same. */
  readonly elsewhere?: string;
}

/** A DestinationRule of the service `cart` with a traffic policy. */
export const cartRule = (policy: string, subsets = "[v1, v2]"): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, namespace: shops }
spec:
  host: cart
  trafficPolicy: ${policy}
  subsets: [${subsets
    .slice(1, -1)
    .split(", ")
    .map((name) => `{ name: ${name}, labels: { version: ${name} } }`)
    .join(", ")}]
`;

/** A VirtualService of the service `cart` with rules. */
export const cartRoutes = (http: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shops }
spec: { hosts: [cart], http: ${http} }
`;

/** An AuthorizationPolicy in the namespace of the shops. */
export const policy = (spec: string): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: seeded, namespace: shops }
spec: ${spec}
`;

/** A Gateway in the namespace of the shops. */
export const gateway = (spec: string): string => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: seeded, namespace: shops }
spec: ${spec}
`;
