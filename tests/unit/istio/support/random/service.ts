import fc from "fast-check";
import type {
  AccessRule,
  ConnectionPool,
  DenyRule,
  FaultInjection,
  GlobalRateLimit,
  JwtIssuer,
  LoadBalancing,
  Locality,
  LocalRateLimit,
  Outlier,
  PathRoute,
  RouteTarget,
  Service,
  ServiceArgs,
} from "../../../../../istio/intent";
import { service } from "../../../../../istio/intent";
import {
  count,
  duration,
  labels,
  list,
  longDuration,
  matchOf,
  methods,
  mostly,
  nameOf,
  named,
  path,
  percent,
  retries,
  some,
  textMatch,
} from "./values";

/** What services of a random catalog may name. */
export interface Names {
  readonly regions: readonly string[];
  readonly namespaces: readonly string[];
  /** Every service of the catalog, as `namespace/name`. */
  readonly services: readonly string[];
  readonly external: readonly string[];
  /** Whether a rate limit service counts. */
  readonly limiter: boolean;
}

const versions = mostly<Readonly<Record<string, number>>>(
  fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })).map(([a, b]) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return { v1: low, v2: high - low, v3: 100 - high };
  }),
  { v1: 60, v2: 30 },
  { v1: -20, v2: 120 },
  {},
);

function locality({ regions }: Names): fc.Arbitrary<Locality> {
  const even = fc.integer({ min: 1, max: 101 - regions.length });
  const [first = "", second = first] = regions;
  return mostly<Locality>(
    fc.oneof(
      even.map((local) => ({ local, rest: "even" as const })),
      fc.constant({ failover: "any" as const }),
      fc.constant({ failover: { [first]: second } }),
    ),
    { local: 0, rest: "even" },
    { failover: { nowhere: first } },
    { distribute: { [first]: { [first]: 99 } } },
  );
}

/** A version where there are some, or another service, or nothing at all where neither is. */
function target(versioned: boolean, others: readonly string[]): fc.Arbitrary<RouteTarget> | undefined {
  const kinds: fc.Arbitrary<RouteTarget>[] = [
    ...(versioned ? [fc.constantFrom("v1", "v2").map((version) => ({ version }))] : []),
    ...(others.length > 0 ? [fc.constantFrom(...others).map((to) => ({ service: to }))] : []),
  ];
  if (kinds.length === 0) return undefined;
  return mostly(fc.oneof(...kinds), { version: "v9" }, { service: "nowhere/none" });
}

const hash: fc.Arbitrary<LoadBalancing> = fc.constantFrom<LoadBalancing[]>(
  "LEAST_REQUEST",
  "RANDOM",
  "ROUND_ROBIN",
  { hashBy: { header: "x-user-id" } },
  { hashBy: { cookie: "session", ttl: "0s" }, minimumRingSize: 2048 },
  { hashBy: { queryParameter: "user" } },
  { hashBy: { sourceAddress: true } },
);

export const connectionPool: fc.Arbitrary<ConnectionPool> = some({
  maxConnections: count,
  connectTimeout: duration,
  http1MaxPendingRequests: count,
  http2MaxRequests: count,
  maxRequestsPerConnection: count,
  maxRetries: count,
  idleTimeout: longDuration,
});

const outlier: fc.Arbitrary<Outlier> = some({
  consecutiveGatewayErrors: count,
  consecutive5xxErrors: count,
  interval: longDuration,
  baseEjectionTime: longDuration,
  maxEjectionPercent: fc.integer({ min: 1, max: 100 }),
  minHealthPercent: fc.integer({ min: 0, max: 100 }),
});

export const localRateLimit: fc.Arbitrary<LocalRateLimit> = fc
  .tuple(count, fc.constantFrom<LocalRateLimit["per"][]>("1s", "60s", "1h"), some({ more: count }))
  .map(([requests, per, { more }]) => ({
    requests,
    per,
    ...(more === undefined ? {} : { burst: requests + more }),
  }));

const globalRateLimit: fc.Arbitrary<GlobalRateLimit> = fc
  .tuple(
    fc.record({
      name: nameOf("limit"),
      perHeader: fc.constant("x-user-id"),
      requests: count,
      per: fc.constantFrom<GlobalRateLimit["per"][]>("second", "minute", "hour", "day"),
    }),
    some({ path: textMatch }),
  )
  .map(([required, rest]) => ({ ...required, ...rest }));

const fault: fc.Arbitrary<FaultInjection> = fc
  .tuple(
    nameOf("fault"),
    matchOf.fault,
    some({
      delay: fc.record({ percent, duration: fc.constantFrom("1s" as const, "5s" as const) }),
      abort: fc.record({ percent, status: mostly(fc.constantFrom(400, 503), 99, 600) }),
    }),
  )
  .map(([of, when, rest]) => ({ name: of, match: when, ...rest }))
  .filter(({ delay, abort }) => delay !== undefined || abort !== undefined);

/** A public key as an issuer shows it. */
const KEYS = '{"keys":[{"kty":"RSA","kid":"one","use":"sig","alg":"RS256","n":"AQAB","e":"AQAB"}]}';

const jwtOf = (issuer: string): fc.Arbitrary<JwtIssuer> =>
  fc
    .tuple(
      mostly(fc.constant(issuer), ""),
      fc.oneof(
        mostly(fc.constant("https://a.example.com/jwks.json"), "not a URL").map((jwksUri) => ({ jwksUri })),
        mostly(fc.constant(KEYS), '{"keys":[]}', "{").map((jwks) => ({ jwks })),
      ),
      some({
        audiences: fc.constant(["api.example.com"]),
        fromHeader: fc.constantFrom({ name: "x-token" }, { name: "x-token", prefix: "Token " }),
        forwardOriginalToken: fc.boolean(),
      }),
    )
    .map(([own, keys, rest]) => ({ issuer: own, ...keys, ...rest }));

const issuers = fc
  .tuple(
    jwtOf("https://a.example.com"),
    jwtOf("https://b.example.com"),
    fc.boolean(),
    fc.constantFrom({}, { claimHeaders: { "x-user": "sub" } }),
  )
  .map(([first, second, both, headers]) =>
    (both ? [first, second] : [first]).map((one) => ({ ...one, ...headers })),
  );

const token = fc.constantFrom(
  {},
  { claims: { role: ["admin"] } },
  { principals: ["https://a.example.com/*"], claims: { "realm.roles": ["a", "b"] } },
);

function access({ services, namespaces }: Names, tokens: boolean): fc.Arbitrary<AccessRule[]> {
  const rule = some<AccessRule>({
    from: list(mostly(fc.constantFrom(...services), "nobody", "a/b/c")),
    methods,
    paths: list(mostly(fc.constantFrom("/api/*", "/healthz", "*.html"), "api", "/*/*")),
    namespaces: list(fc.constantFrom(...namespaces)),
    ...(tokens ? { token } : {}),
  });
  const byGateway: AccessRule[] = [{ from: ["istio-ingress/istio-ingressgateway"] }];
  // Most services stand behind a gateway, and have to let it in.
  return fc
    .tuple(fc.array(rule, { maxLength: 2 }), mostly(fc.constant(byGateway), []))
    .map(([rules, gateway]) => [...rules, ...gateway]);
}

function deny({ services, namespaces }: Names, tokens: boolean): fc.Arbitrary<DenyRule[]> {
  const rule = fc
    .tuple(
      nameOf("deny"),
      some<Omit<DenyRule, "name">>({
        methods,
        paths: list(path.map((one) => `${one}*`)),
        exceptFrom: list(fc.constantFrom(...services)),
        exceptNamespaces: list(fc.constantFrom(...namespaces)),
        ...(tokens ? { exceptToken: token } : {}),
      }),
    )
    .map(([of, rest]) => ({ name: of, ...rest }));
  return named(rule);
}

/** Paths with a treatment of their own; a rewrite needs one path or a prefix to replace. */
function routesOf(to: fc.Arbitrary<RouteTarget> | undefined): fc.Arbitrary<PathRoute[]> {
  const plain = fc
    .tuple(
      fc.record({ name: nameOf("route"), match: matchOf.route }),
      some<Omit<PathRoute, "match" | "name" | "rewritePath">>({
        ...(to === undefined ? {} : { to }),
        timeout: longDuration,
        retries,
      }),
    )
    .map(([required, rest]) => ({ ...required, ...rest }));
  const rewriting = fc
    .tuple(plain, fc.constantFrom("/old", { prefix: "/old" }), path)
    .map(([route, from, rewritePath]) => ({ ...route, match: { ...route.match, path: from }, rewritePath }));
  return named(fc.oneof(plain, rewriting));
}

/** A service of that `namespace/name`, with any of the properties that there are. */
export function serviceOf(key: string, names: Names): fc.Arbitrary<Service> {
  const [namespace = "", own = ""] = key.split("/");
  const others = names.services.filter((other) => other !== key);
  const said = (tokens: boolean, versioned: boolean): fc.Arbitrary<Partial<ServiceArgs>> => {
    const to = target(versioned, others);
    return some<Omit<ServiceArgs, "jwt" | "name" | "namespace" | "port" | "versions">>({
      targetPort: mostly(fc.integer({ min: 1, max: 65535 }), 0, 70000),
      protocol: fc.oneof(
        { weight: 60, arbitrary: fc.constantFrom("HTTP", "HTTP2") },
        { weight: 1, arbitrary: fc.constantFrom("GRPC", "TCP") },
      ),
      globalHost: mostly(fc.constant(`${own}.${namespace}.global`), "not a host", "single"),
      serviceAccount: fc.constant(own),
      regionHeader: mostly(fc.constant("x-mesh-region"), "X-Region", "host"),
      labels,
      ...(to === undefined
        ? {}
        : {
            experiments: named(fc.record({ name: nameOf("test"), match: matchOf.experiment, to })),
            mirror: fc.record({ to, percent }),
          }),
      routes: routesOf(to),
      timeout: longDuration,
      retries,
      faults: named(fault),
      loadBalancing: hash,
      connectionPool,
      localRateLimit,
      ...(names.limiter ? { globalRateLimits: named(globalRateLimit) } : {}),
      locality: locality(names),
      outlier,
      access: access(names, tokens),
      deny: deny(names, tokens),
      mtls: fc.constantFrom("STRICT", "PERMISSIVE"),
      portMtls: fc.constantFrom({ 9090: "PERMISSIVE" }, { 9090: "STRICT", 9091: "PERMISSIVE" }),
    });
  };
  const split = fc.oneof(
    versions.map((shares) => ({ versions: shares })),
    fc.constant({ rollout: { stable: "v1", canary: "v2" } }),
    fc.constant({}),
  );
  // Whom a service calls has to let it in, which few random ones do.
  const calls = fc.oneof(
    { weight: 20, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: list(mostly(fc.constantFrom(...others, `${namespace}/outside`), "nowhere/none")).map(
        (called) => ({ calls: called }),
      ),
    },
  );
  return split.chain((shares) => {
    const versioned = Object.keys(shares).length > 0;
    const rest = fc.oneof(
      fc.tuple(said(false, versioned), fc.constant({})),
      fc.tuple(
        said(true, versioned),
        issuers.map((known) => ({ jwt: known })),
      ),
    );
    return fc
      .tuple(rest, calls, mostly(fc.constantFrom(80, 8080), 0))
      .map(([[properties, tokens], called, port]) =>
        service({ name: own, namespace, port, ...shares, ...properties, ...tokens, ...called }),
      );
  });
}
