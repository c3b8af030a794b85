import { cartRoutes, cartRule, type SeededFault } from "./fault";

const LOCALITY = (rows: string): string =>
  cartRule(
    `{ outlierDetection: { interval: 5s }, loadBalancer: { localityLbSetting: { enabled: true, ${rows} } } }`,
  );

const EAST = "{ from: eastus/*, to: { eastus/*: 80, westeurope/*: 20 } }";
const WEST = "{ from: westeurope/*, to: { eastus/*: 20, westeurope/*: 80 } }";
const V1 = "route: [{ destination: { host: cart, subset: v1 } }]";

/** Faults in routes, subsets and locality settings. */
export const trafficFaults: readonly SeededFault[] = [
  {
    code: "GM101",
    name: "a subset of a version that no Deployment has",
    yaml: cartRule("{}", "[v1, v2, v3]"),
  },
  {
    code: "GM101",
    name: "a subset by a label that the endpoints of a ServiceEntry do not bear",
    yaml: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: legacy, namespace: old }
spec:
  hosts: [legacy.internal]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: 192.0.2.1, labels: { tier: gold } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: legacy, namespace: old }
spec: { host: legacy.internal, subsets: [{ name: silver, labels: { tier: silver } }] }
`,
  },
  {
    code: "GM102",
    name: "a route to a subset that the DestinationRule does not define",
    yaml: cartRoutes("[{ route: [{ destination: { host: cart, subset: v3 } }] }]"),
  },
  {
    code: "GM102",
    name: "a mirror to a subset of a host without subsets",
    yaml: cartRoutes(`[{ ${V1}, mirror: { host: stock, subset: v1 } }]`),
  },
  {
    code: "GM103",
    name: "a route to a Service that is not there",
    yaml: cartRoutes("[{ route: [{ destination: { host: basket } }] }]"),
  },
  {
    code: "GM103",
    name: "a mirror to a host outside that nobody has entered",
    yaml: cartRoutes(
      `[{ ${V1}, mirrors: [{ destination: { host: shadow.example.com }, percentage: { value: 1 } }] }]`,
    ),
  },
  {
    code: "GM104",
    name: "a DestinationRule for a misspelled host",
    yaml: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: stick, namespace: shops }
spec: { host: stick.shops.svc.cluster.local, trafficPolicy: { connectionPool: {} } }
`,
  },
  {
    code: "GM105",
    name: "weights of 80 and 30",
    yaml: cartRoutes(
      "[{ route: [{ destination: { host: cart, subset: v1 }, weight: 80 }, { destination: { host: cart, subset: v2 }, weight: 30 }] }]",
    ),
  },
  {
    code: "GM106",
    name: "a rule after one that takes all",
    yaml: cartRoutes(`[{ ${V1} }, { match: [{ uri: { prefix: /a } }], ${V1} }]`),
  },
  {
    code: "GM106",
    name: "a path below a prefix that was taken",
    yaml: cartRoutes(
      `[{ match: [{ uri: { prefix: /api } }], ${V1} }, { match: [{ uri: { exact: /api/v2 }, method: { exact: GET } }], ${V1} }]`,
    ),
  },
  {
    code: "GM106",
    name: "the same match twice, written in another order",
    yaml: cartRoutes(
      `[{ match: [{ method: { exact: GET }, uri: { regex: /a.* } }], ${V1} }, { match: [{ uri: { regex: /a.* }, method: { exact: GET } }], ${V1} }]`,
    ),
  },
  {
    code: "GM107",
    name: "a second VirtualService for the same host, by its full name, seen by all",
    yaml: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart-again, namespace: other }
spec: { hosts: [cart.shops.svc.cluster.local], http: [{ route: [{ destination: { host: cart.shops.svc.cluster.local } }] }] }
`,
  },
  {
    code: "GM108",
    name: "a second DestinationRule with the same subset",
    yaml: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart-again, namespace: shops }
spec: { host: cart, subsets: [{ name: v1, labels: { version: v1 } }] }
`,
  },
  {
    code: "GM109",
    name: "three retries of 4 s within 10 s",
    yaml: cartRoutes(`[{ timeout: 10s, retries: { attempts: 3, perTryTimeout: 4s }, ${V1} }]`),
  },
  {
    code: "GM109",
    name: "units that differ",
    yaml: cartRoutes(`[{ timeout: 0.5s, retries: { attempts: 2, perTryTimeout: 300ms }, ${V1} }]`),
  },
  {
    code: "GM201",
    name: "a distribution with a failover",
    yaml: LOCALITY(`distribute: [${EAST}, ${WEST}], failover: [{ from: eastus, to: westeurope }]`),
  },
  {
    code: "GM202",
    name: "a failover without outlier detection",
    yaml: cartRule(
      "{ loadBalancer: { localityLbSetting: { enabled: true, failover: [{ from: eastus, to: westeurope }] } } }",
    ),
  },
  {
    code: "GM203",
    name: "a distribution without outlier detection",
    yaml: cartRule(
      `{ loadBalancer: { localityLbSetting: { enabled: true, distribute: [${EAST}, ${WEST}] } } }`,
    ),
  },
  { code: "GM204", name: "a client's region without a row", yaml: LOCALITY(`distribute: [${EAST}]`) },
  {
    code: "GM204",
    name: "a row without a region",
    yaml: LOCALITY(`distribute: [{ from: eastus/*, to: { eastus/*: 100 } }, ${WEST}]`),
  },
  {
    code: "GM205",
    name: "a failover to a region that the mesh does not have",
    yaml: LOCALITY("failover: [{ from: eastus, to: westeurop }]"),
  },
  {
    code: "GM206",
    name: "a row that sums to 90",
    yaml: LOCALITY(`distribute: [${EAST}, { from: westeurope/*, to: { eastus/*: 20, westeurope/*: 70 } }]`),
  },
];
