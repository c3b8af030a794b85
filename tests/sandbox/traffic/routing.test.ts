import assert from "node:assert/strict";
import { patterns as tracked } from "../../../catalog/patterns";
import { application, service, type Application } from "../../../istio/intent";
import type { Order, Result } from "../../../sandbox/app/settings";
import type { Requests, Sender } from "./support/requests";
import { onStage } from "./support/shared";
import { expectShares } from "./support/shares";
import { shop } from "./support/shop";

const REGION = "eastus";

/** The catalog's patterns without what is about tokens and limits: other groups show those. */
const patterns: Application = {
  ...tracked,
  services: tracked.services.map(({ jwt: _jwt, localRateLimit: _limit, ...one }) => ({
    ...one,
    ...(one.access === undefined ? {} : { access: one.access.filter(({ token }) => token === undefined) }),
  })),
};

/** Routes by path as docs/traffic.md has them, with one of each kind. */
const routing = application({
  name: "routing",
  namespaces: [{ name: "routing", mtls: "STRICT" }],
  services: [
    service({
      name: "shop",
      namespace: "routing",
      port: 8080,
      versions: { v1: 100, v2: 0 },
      experiments: [
        { name: "premium", match: { headers: { "x-user-tier": "premium" } }, to: { version: "v2" } },
        { name: "beta", match: { headers: { "x-group": { prefix: "beta-" } } }, to: { version: "v2" } },
      ],
      routes: [
        { name: "export", match: { path: "/export", methods: ["POST"] }, to: { version: "v2" } },
        { name: "orders", match: { path: { regex: "/orders/[0-9]+" } }, to: { version: "v2" } },
        { name: "files", match: { path: { prefix: "/files" } }, to: { service: "routing/files" } },
        { name: "api", match: { path: { prefix: "/api" } }, rewritePath: "/" },
        { name: "old", match: { path: { prefix: "/old" } }, rewritePath: "/new/place" },
      ],
      access: [{ from: ["routing/files"] }],
    }),
    service({
      name: "files",
      namespace: "routing",
      port: 8080,
      access: [{ from: ["routing/files"] }],
    }),
  ],
});

/** One request and who has to answer it: workload and version, and the path that it was asked by. */
interface Case {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly to: string;
  /** @default `path` */
  readonly seen?: string;
}

const COOKIES: readonly Case[] = [
  { path: "/", to: "frontend v1" },
  { path: "/", headers: { cookie: "experiment=version-b" }, to: "frontend v2" },
  { path: "/cart", headers: { cookie: "experiment=version-b" }, to: "frontend v2" },
  { path: "/", headers: { cookie: "a=1; experiment=version-b; z=2" }, to: "frontend v2" },
  { path: "/", headers: { cookie: "a=1;experiment=version-b" }, to: "frontend v2" },
  { path: "/", headers: { cookie: "experiment=version-a" }, to: "frontend v1" },
  { path: "/", headers: { cookie: "experiment=version-bb" }, to: "frontend v1" },
  { path: "/", headers: { cookie: "my-experiment=version-b" }, to: "frontend v1" },
  { path: "/", headers: { cookie: "a=experiment=version-b" }, to: "frontend v1" },
  { path: "/", headers: { "x-user-tier": "premium" }, to: "frontend v2" },
  { path: "/", headers: { "x-user-tier": "Premium" }, to: "frontend v1" },
  { path: "/", headers: { "x-user-tier": "premium-plus" }, to: "frontend v1" },
  { path: "/", headers: { "x-user-tier": "basic" }, to: "frontend v1" },
];

const HEADERS: readonly Case[] = [
  { path: "/", headers: { "x-user-group": "beta" }, to: "api-service v2" },
  { path: "/", headers: { "api-version": "v2" }, to: "api-service v2" },
  { path: "/", headers: { "user-agent": "Mozilla/5.0 (Linux) Mobile Safari" }, to: "mobile-backend" },
  // The first experiment that is written takes the request.
  {
    path: "/",
    headers: { "x-user-group": "beta", "user-agent": "Mobile" },
    to: "api-service v2",
  },
];

const PATHS: readonly Case[] = [
  { path: "/", to: "shop v1" },
  { path: "/anything/else?q=1", to: "shop v1" },
  { path: "/export", method: "POST", to: "shop v2" },
  { path: "/export", to: "shop v1" },
  { path: "/export/", method: "POST", to: "shop v1" },
  { path: "/orders/17", to: "shop v2" },
  { path: "/orders/17?full=1", to: "shop v2" },
  { path: "/orders/17/items", to: "shop v1" },
  { path: "/orders/x", to: "shop v1" },
  { path: "/files", to: "files" },
  { path: "/files/a/b?c=d", to: "files" },
  { path: "/filesystem", to: "shop v1" },
  { path: "/api", to: "shop v1", seen: "/" },
  { path: "/api/", to: "shop v1", seen: "/" },
  { path: "/api/users?id=1", to: "shop v1", seen: "/users?id=1" },
  { path: "/apiary", to: "shop v1" },
  { path: "/old", to: "shop v1", seen: "/new/place" },
  { path: "/old/thing", to: "shop v1", seen: "/new/place/thing" },
  // An experiment decides where, the path how.
  { path: "/", headers: { "x-user-tier": "premium" }, to: "shop v2" },
  { path: "/api/users", headers: { "x-user-tier": "premium" }, to: "shop v2", seen: "/users" },
  { path: "/files/a", headers: { "x-user-tier": "premium" }, to: "shop v2" },
  { path: "/", headers: { "x-group": "beta-7" }, to: "shop v2" },
  { path: "/", headers: { "x-group": "alpha-beta-7" }, to: "shop v1" },
];

const FROM_PATTERNS: Sender = { region: REGION, workload: "patterns/mobile-backend" };

/** Tables of cases, each with its caller and host, and those cases that show that all workloads are known. */
const TABLES = [
  {
    what: "A/B of the shop",
    from: { region: REGION, workload: "microservices/api-gateway" },
    host: "frontend.microservices.svc.cluster.local",
    cases: COOKIES,
    ready: COOKIES.slice(0, 2),
  },
  {
    what: "experiments by header",
    from: FROM_PATTERNS,
    host: "api-service.patterns.svc.cluster.local:8080",
    cases: HEADERS,
    ready: HEADERS.slice(1, 3),
  },
  {
    what: "routes by path",
    from: { region: REGION, workload: "routing/files" },
    host: "shop.routing.svc.cluster.local:8080",
    cases: PATHS,
    ready: PATHS.filter(({ path }) => ["/", "/orders/17", "/files"].includes(path)),
  },
];

/** Who answers a request, and by which path it was asked, is decided by the caller's proxy. */
describe("routing inside the mesh", function () {
  this.timeout(900_000);
  let requests: Requests;

  before(async () => {
    ({ requests } = await onStage({
      regions: [REGION],
      applications: [patterns, routing, shop],
      replicas: ({ service: name, version }) => {
        if (name === "api-gateway") return version === "v1" ? 1 : 0;
        return ["api-service", "mobile-backend", "shop", "files", "frontend"].includes(name) ? 1 : 0;
      },
    }));
    for (const { from, host, ready } of TABLES) await isAnswered(from, host, ready);
  });

  /** Waits until the workloads of both versions, and of other services, are known to a caller. */
  const isAnswered = async (from: Sender, host: string, ready: readonly Case[]): Promise<void> => {
    for (const one of ready)
      await requests.until(from, { ...orderOf(one, host), count: 10 }, (seen) =>
        seen.every((result) => answerOf(result) === expected(one)),
      );
  };

  for (const { what, from, host, cases } of TABLES)
    for (const one of cases)
      it(`${what}: ${one.method ?? "GET"} ${one.path}${headersOf(one)} to ${one.to}`, async () => {
        const results = await requests.send(from, { ...orderOf(one, host), count: 10 });
        await requests.expect(from, host.split(":")[0] ?? "", () => {
          assert.deepEqual([...new Set(results.map(answerOf))], [expected(one)]);
        });
      });

  it("by the weights where no experiment takes a request", async () => {
    await expectShares(requests, {
      from: FROM_PATTERNS,
      url: "http://api-service.patterns.svc.cluster.local:8080/",
      by: answerOf,
      percent: { "api-service v1: /": 90, "api-service v2: /": 10 },
    });
  });
});

function expected({ to, seen, path }: Case): string {
  return `${to}: ${seen ?? path}`;
}

function orderOf({ path, method, headers }: Case, host: string): Order {
  return {
    url: `http://${host}${path}`,
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
  };
}

function headersOf({ headers = {} }: Case): string {
  return Object.entries(headers)
    .map(([name, value]) => ` ${name}: ${value}`)
    .join("");
}

function answerOf({ answer, status, error }: Result): string {
  if (answer === undefined || status !== 200) return `HTTP ${status ?? error ?? "nothing"}`;
  return `${[answer.workload, answer.version].filter(Boolean).join(" ")}: ${answer.path}`;
}
