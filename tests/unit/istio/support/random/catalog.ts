import fc from "fast-check";
import type { BoundCluster } from "../../../../../istio/distribute";
import type {
  Application,
  Binding,
  ExternalService,
  Gateway,
  GatewayRoute,
  NamespaceArgs,
  Telemetry,
} from "../../../../../istio/intent";
import { application, binding, externalService, gateway } from "../../../../../istio/intent";
import type { RolloutPhase, RolloutPhases } from "../../../../../topology";
import type { Names } from "./service";
import { connectionPool, localRateLimit, serviceOf } from "./service";
import { labels, list, longDuration, matchOf, mostly, nameOf, named, percent, retries, some } from "./values";

/** Everything that a mesh is compiled from. */
export interface RandomCatalog {
  readonly applications: readonly Application[];
  readonly bindings: readonly Binding[];
  readonly clusters: readonly BoundCluster[];
  readonly rollouts: RolloutPhases;
}

const REGIONS = ["centralus", "eastus", "southeastasia", "westeurope"];

/** One application with a namespace of its own, which its services are in. */
function applicationOf(own: string, names: Names): fc.Arbitrary<Application> {
  const keys = names.services.filter((key) => key.startsWith(`${own}/`));
  const services = fc.tuple(...keys.map((key) => serviceOf(key, names)));
  return fc
    .tuple(
      services,
      some<NamespaceArgs>({
        injection: fc.boolean(),
        mtls: fc.constantFrom("STRICT", "PERMISSIVE"),
        defaultDeny: fc.boolean(),
      } as never),
      some({
        gateways: gatewayOf(own, names).map((one) => [one]),
        externalServices: externalOf(own, names).map((one) => [one]),
        telemetry: fc.uniqueArray(telemetryOf(own, keys), {
          minLength: 1,
          maxLength: 2,
          comparator: (a, b) => a.name === b.name || JSON.stringify(a.scope) === JSON.stringify(b.scope),
        }),
        labels,
        otherCallers: fc.constant(["monitoring/prometheus"]),
      }),
    )
    .map(([list, namespace, rest]) =>
      application({ name: own, namespaces: [{ ...namespace, name: own }], services: list, ...rest }),
    );
}

function gatewayOf(own: string, { services, namespaces }: Names): fc.Arbitrary<Gateway> {
  const host = mostly(fc.constantFrom(`${own}.example.com`, `*.${own}.example.org`), "*", "bad host");
  const server = fc.oneof(
    fc
      .tuple(list(host), some({ httpsRedirect: fc.boolean() }))
      .map(([hosts, rest]) => ({ port: 80, protocol: "HTTP" as const, hosts, ...rest })),
    list(host).map((hosts) => ({
      port: 443,
      protocol: "HTTPS" as const,
      hosts,
      tls: { mode: "SIMPLE" as const, credential: `${own}-tls` },
    })),
  );
  const to = fc.constantFrom(...services);
  const plain = fc.record({ name: nameOf("route"), to, match: matchOf.gateway });
  const rewriting = fc
    .tuple(plain, fc.constantFrom("/outside", { prefix: "/outside" }))
    .map(([said, path]) => ({ ...said, match: { ...said.match, path }, rewritePath: "/inside" }));
  const route: fc.Arbitrary<GatewayRoute> = fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: rewriting }),
      some({ timeout: longDuration, retries }),
    )
    .map(([required, rest]) => ({ ...required, ...rest }));
  return fc
    .tuple(
      fc.uniqueArray(server, { minLength: 1, maxLength: 2, selector: ({ port }) => port }),
      named(route),
      // All of them have the same pods, which have one limit.
      some({ ...(own === namespaces[0] ? { localRateLimit } : {}), labels }),
    )
    .map(([servers, routes, rest]) => gateway({ name: `${own}-gateway`, servers, routes, ...rest }));
}

function externalOf(own: string, { services }: Names): fc.Arbitrary<ExternalService> {
  const callers = some({
    callers: list(fc.constantFrom(...services.filter((key) => key.startsWith(`${own}/`)))),
    labels,
  });
  const byName = fc
    .tuple(
      mostly<string[]>(fc.constant([`api.${own}.example.com`]), [], ["bad host"]),
      fc.oneof(
        some({ throughEgressGateway: fc.boolean() }),
        fc
          .tuple(
            fc.constantFrom({}, { sni: "other.example.com" }, { ca: { file: "/etc/ssl/ca.pem" } }),
            some({ throughEgressGateway: fc.boolean(), timeout: longDuration, retries, connectionPool }),
          )
          .map(([tls, rest]) => ({ tls, ...rest })),
      ),
    )
    .map(([hosts, rest]) => ({ hosts, ...rest }));
  const wildcard = fc.constant({ hosts: [`*.${own}.example.net`] });
  return fc
    .tuple(fc.oneof(byName, wildcard), callers)
    .map(([said, rest]) => externalService({ name: "outside", namespace: own, ...said, ...rest }));
}

function telemetryOf(own: string, services: readonly string[]): fc.Arbitrary<Telemetry> {
  return fc
    .tuple(
      mostly(fc.constantFrom("logs", "spans"), "Not A Name"),
      fc.oneof(
        fc.constant({ namespace: own }),
        fc.constantFrom(...services).map((key) => ({ service: key })),
      ),
      some<Omit<Telemetry, "name" | "scope">>({
        accessLog: fc.constantFrom<NonNullable<Telemetry["accessLog"]>[]>(
          {},
          { filter: "response.code >= 400" },
          { disabled: true },
        ),
        metrics: fc.constantFrom<NonNullable<Telemetry["metrics"]>[]>(
          {},
          {
            overrides: [
              { metric: "REQUEST_COUNT", mode: "SERVER", tags: { host: "request.host", method: null } },
            ],
          },
        ),
        tracing: fc
          .tuple(percent, fc.boolean())
          .map(([samplingPercent, disabled]) => ({ samplingPercent, disabled })),
      }),
    )
    .map(([own_, scope, rest]) => ({ name: own_, scope, ...rest }));
}

const clusterSelector = fc.constantFrom<Binding["clusters"]>(
  [{ matchLabels: { mesh: "enabled" } }],
  [{}],
  [{ matchLabels: { tier: "gold" } }, { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }],
);

function bindingsOf(names: readonly string[]): fc.Arbitrary<readonly Binding[]> {
  const everything = binding({
    name: "all",
    clusters: [{ matchLabels: { mesh: "enabled" } }],
    applications: names,
  });
  const partly = fc
    .tuple(
      clusterSelector,
      fc.constantFrom({ matchLabels: { tier: "gold" } }, { matchLabels: {} }),
      list(fc.constantFrom(...names)),
    )
    .map(([clusters, selector, some_]) => [
      binding({ name: "labelled", clusters, entries: [selector] }),
      binding({ name: "named", clusters, applications: some_ }),
    ]);
  return fc.oneof({ weight: 3, arbitrary: fc.constant([everything]) }, { weight: 1, arbitrary: partly });
}

/** The application that speaks for the whole mesh. */
const BASE = "mesh";

type Parts = readonly [readonly Application[], RolloutPhases, readonly Binding[]];

const known = new Map<string, fc.Arbitrary<Parts>>();

/** Parts of catalogs with these names; what they are drawn from is made once, which takes longer than drawing. */
function partsOf(names: Names): fc.Arbitrary<Parts> {
  const key = JSON.stringify(names);
  const parts =
    known.get(key) ??
    fc.tuple(
      fc.tuple(...names.namespaces.map((own) => applicationOf(own, names))),
      fc.dictionary(fc.constantFrom(...names.services), fc.constantFrom<RolloutPhase[]>(0, 10, 50, 100)),
      bindingsOf([...names.namespaces, BASE]),
    );
  known.set(key, parts);
  return parts;
}

/** Catalogs of one to three applications over all intents, most of them right. */
export const randomCatalog: fc.Arbitrary<RandomCatalog> = fc
  .tuple(
    // Mostly small: what goes wrong between entries shows with two of them.
    fc.constantFrom(1, 1, 1, 1, 2, 3),
    fc.subarray(REGIONS, { minLength: 2 }),
    fc.record({ strict: fc.boolean(), limiter: fc.boolean(), store: fc.nat(3).map((one) => one === 0) }),
  )
  .chain(([size, regions, { strict, limiter, store }]) => {
    const namespaces = ["carts", "orders", "shops"].slice(0, size);
    const names: Names = {
      regions,
      namespaces,
      services: namespaces.flatMap((namespace) => [
        `${namespace}/front`,
        ...(store ? [`${namespace}/store`] : []),
      ]),
      external: namespaces.map((namespace) => `${namespace}/outside`),
      limiter,
    };
    const base = application({
      name: BASE,
      ...(strict ? { meshMtls: "STRICT" as const } : {}),
      ...(limiter ? { rateLimitService: { address: "ratelimit.istio-system.svc.cluster.local:8081" } } : {}),
    });
    return partsOf(names).map(([own, rollouts, bindings]) => ({
      applications: [...own, base],
      bindings,
      rollouts,
      clusters: regions.map((region, index) => ({
        name: region,
        labels: { mesh: "enabled", ...(index === 0 ? { tier: "gold" } : {}) },
      })),
    }));
  });
