import assert from "node:assert/strict";
import {
  application,
  externalService,
  gateway,
  type ExternalServiceArgs,
  type GatewayRoute,
} from "../../../istio/intent";
import { faults, shop } from "./support/fixtures";

/** Settings that are refused of a gateway's route. */
function ofRoute(said: Partial<GatewayRoute>): readonly string[] {
  const app = application({
    name: "shops",
    namespaces: [{ name: "shops" }],
    services: [shop()],
    gateways: [
      gateway({
        name: "web",
        servers: [{ port: 80, protocol: "HTTP", hosts: ["shop.example.com"] }],
        routes: [{ name: "all", to: "shops/shop", ...said }],
      }),
    ],
  });
  return settings(app, "gateways.istio-ingress/web.routes.all.");
}

/** Settings that are refused of an external service with requests. */
function ofExternal(said: Partial<ExternalServiceArgs>): readonly string[] {
  const outside = externalService({
    name: "api",
    namespace: "shops",
    hosts: ["api.example.com"],
    tls: {},
    ...said,
  });
  const app = application({ name: "shops", namespaces: [{ name: "shops" }], externalServices: [outside] });
  return settings(app, "applications.shops.externalServices.api.");
}

function settings(app: ReturnType<typeof application>, prefix: string): readonly string[] {
  return faults([app]).map((fault) => {
    const [setting = ""] = fault.split(": got ");
    assert.ok(setting.startsWith(prefix), fault);
    return setting.slice(prefix.length);
  });
}

describe("requests of a gateway's route", () => {
  const rows: readonly [string, Partial<GatewayRoute>][] = [
    ["timeout", { timeout: "10" as never }],
    ["retries.attempts", { retries: { attempts: -1 } }],
    ["retries.perTryTimeout", { timeout: "1s", retries: { attempts: 3, perTryTimeout: "1s" } }],
    ["match", { match: {} }],
    ["match.methods", { match: { methods: ["get"] } }],
    ["match.headers.x-a", { match: { headers: { "x-a": { regex: "(" } } } }],
    ["rewritePath", { match: { path: { regex: "/a.*" } }, rewritePath: "/" }],
    ["rewritePath", { rewritePath: "/" }],
  ];
  for (const [setting, said] of rows) {
    it(`are refused by ${setting}: ${JSON.stringify(said)}`, () =>
      assert.deepEqual(ofRoute(said), [setting]));
  }
  it("are taken with what is right", () => {
    const retries = { attempts: 2, perTryTimeout: "1s" } as const;
    assert.deepEqual(
      ofRoute({ match: { path: { prefix: "/a" } }, rewritePath: "/", timeout: "2s", retries }),
      [],
    );
  });
});

describe("requests to an external service", () => {
  const rows: readonly [string, Partial<ExternalServiceArgs>][] = [
    ["timeout", { timeout: "10" as never }],
    ["retries.attempts", { retries: { attempts: -1 } }],
    ["retries.perTryTimeout", { timeout: "1s", retries: { attempts: 3, perTryTimeout: "1s" } }],
    ["connectionPool.maxConnections", { connectionPool: { maxConnections: 1.5 } }],
    ["connectionPool", { connectionPool: {} }],
  ];
  for (const [setting, said] of rows) {
    it(`are refused by ${setting}: ${JSON.stringify(said)}`, () =>
      assert.deepEqual(ofExternal(said), [setting]));
  }
  it("are taken with what is right", () => {
    const retries = { attempts: 2, perTryTimeout: "1s" } as const;
    assert.deepEqual(ofExternal({ timeout: "2s", retries, connectionPool: { maxConnections: 5 } }), []);
  });
});
