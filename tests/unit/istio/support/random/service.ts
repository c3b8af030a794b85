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
  match,
  methods,
  mostly,
  name,
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
}

const VERSIONS = ["v1", "v2", "v3"] as const;

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

/** A target that exists where `versions` do, so that most catalogs are accepted. */
function target({ services }: Names): fc.Arbitrary<RouteTarget> {
  return mostly<RouteTarget>(
    fc.oneof(
      fc.constantFrom(...VERSIONS).map((version) => ({ version })),
      fc.constantFrom(...services).map((to) => ({ service: to })),
    ),
    { version: "v9" },
    { service: "nowhere/none" },
  );
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

const pool: fc.Arbitrary<ConnectionPool> = some({
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
  maxEjectionPercent: fc.integer({ min: 0, max: 100 }),
  minHealthPercent: fc.integer({ min: 0, max: 100 }),
});

export const localRateLimit: fc.Arbitrary<LocalRateLimit> = fc
  .tuple(count, fc.constantFrom<LocalRateLimit["per"][]>("1s", "60s", "1h"), some({ burst: count }))
  .map(([requests, per, rest]) => ({ requests, per, ...rest }));

const globalRateLimit: fc.Arbitrary<GlobalRateLimit> = fc
  .tuple(
    fc.record({
      name,
      perHeader: fc.constant("x-user-id"),
      requests: count,
      per: fc.constantFrom<GlobalRateLimit["per"][]>("second", "minute", "hour", "day"),
    }),
    some({ path: textMatch }),
  )
  .map(([required, rest]) => ({ ...required, ...rest }));

const fault: fc.Arbitrary<FaultInjection> = fc
  .tuple(
    name,
    match,
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
        claimHeaders: fc.constant({ "x-user": "sub" }),
      }),
    )
    .map(([own, keys, rest]) => ({ issuer: own, ...keys, ...rest }));

const issuers = fc
  .tuple(jwtOf("https://a.example.com"), jwtOf("https://b.example.com"), fc.boolean())
  .map(([first, second, both]) => (both ? [first, second] : [first]));

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
  return fc.array(rule, { maxLength: 2 });
}

function deny({ services, namespaces }: Names, tokens: boolean): fc.Arbitrary<DenyRule[]> {
  const rule = fc
    .tuple(
      name,
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

/** A service of that `namespace/name`, with any of the properties that there are. */
export function serviceOf(key: string, names: Names): fc.Arbitrary<Service> {
  const [namespace = "", own = ""] = key.split("/");
  const others = { ...names, services: names.services.filter((other) => other !== key) };
  const said = (tokens: boolean): fc.Arbitrary<Partial<ServiceArgs>> =>
    some<Omit<ServiceArgs, "jwt" | "name" | "namespace" | "port" | "versions">>({
      targetPort: mostly(fc.integer({ min: 1, max: 65535 }), 0, 70000),
      protocol: fc.constantFrom("HTTP", "HTTP2", "GRPC"),
      globalHost: mostly(fc.constant(`${own}.${namespace}.global`), "not a host", "single"),
      serviceAccount: fc.constant(own),
      labels,
      experiments: named(fc.record({ name, match, to: target(names) })),
      routes: named(
        fc
          .tuple(
            fc.record({ name, match }),
            some({ to: target(names), rewritePath: path, timeout: duration, retries }),
          )
          .map(([required, rest]) => ({ ...required, ...rest })),
      ),
      timeout: duration,
      retries,
      mirror: fc.record({ to: target(others), percent }),
      faults: named(fault),
      loadBalancing: hash,
      connectionPool: pool,
      localRateLimit,
      globalRateLimits: named(globalRateLimit),
      locality: locality(names),
      outlier,
      access: access(names, tokens),
      deny: deny(names, tokens),
      calls: list(mostly(fc.constantFrom(...names.services, ...names.external), "nowhere/none")),
      mtls: fc.constantFrom("STRICT", "PERMISSIVE"),
      portMtls: fc.constantFrom({ 9090: "PERMISSIVE" }, { 9090: "STRICT", 9091: "PERMISSIVE" }),
    });
  const split = fc.oneof(
    versions.map((shares) => ({ versions: shares })),
    fc.constant({ rollout: { stable: "v1", canary: "v2" } }),
    fc.constant({}),
  );
  return fc
    .tuple(
      split,
      fc.oneof(
        fc.tuple(said(false), fc.constant({})),
        fc.tuple(
          said(true),
          issuers.map((known) => ({ jwt: known })),
        ),
      ),
      mostly(fc.constantFrom(80, 8080), 0),
    )
    .map(([shares, [rest, tokens], port]) =>
      service({ name: own, namespace, port, ...shares, ...rest, ...tokens }),
    );
}
