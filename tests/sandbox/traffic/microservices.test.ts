import assert from "node:assert/strict";
import { microservices } from "../../../catalog/microservices";
import type { Result } from "../../../sandbox/app/settings";
import type { KubeObject } from "../../../sandbox/kube";
import { makeRoot, makeServerPair } from "../node/support/certificates";
import { eventually } from "../node/support/cluster";
import { clustersOf } from "./support/clusters";
import { Doors } from "./support/doors";
import { measured } from "./support/measured";
import type { TestMesh } from "./support/mesh";
import { askFromOutside, type OutsideOrder, type OutsideResult } from "./support/public-client";
import { countBy, type Requests } from "./support/requests";
import { clearStage, onStage } from "./support/shared";

const REGION = "eastus";
const NAMESPACE = "microservices";
const SHOP = "shop.example.com";

/** Second versions that something is sent to; no others run, so that the proxies stay below sixteen. */
const SECOND = ["api-gateway", "frontend", "product-service"];

/**
 * The seed's services, written out again: who may call each, what of it any workload may ask for, how long its callers
 * wait, how often they repeat, and how long one try may take.
 */
const SERVICES = {
  "api-gateway": { callers: ["frontend"], timeout: "30s", retries: 3, perTry: "7s" },
  frontend: { callers: "all", timeout: "15s", retries: 2, perTry: "5s" },
  "auth-service": { callers: ["api-gateway", "frontend"], timeout: "5s", retries: 1, perTry: "2s" },
  "user-service": {
    callers: ["api-gateway", "auth-service", "order-service", "notification-service"],
    timeout: "10s",
    retries: 3,
    perTry: "2s",
  },
  "product-service": { callers: ["api-gateway", "order-service"], timeout: "10s", retries: 3, perTry: "2s" },
  "order-service": { callers: ["api-gateway"], timeout: "20s", retries: 2, perTry: "6s" },
  "payment-service": { callers: ["order-service"], timeout: "30s", retries: 1, perTry: "15s" },
  "notification-service": {
    callers: ["order-service", "payment-service", "user-service"],
    timeout: "10s",
    retries: 2,
    perTry: "3s",
  },
} as const satisfies Record<
  string,
  {
    readonly callers: "all" | readonly string[];
    readonly timeout: string;
    readonly retries: number;
    readonly perTry: string;
  }
>;

type Name = keyof typeof SERVICES;
const NAMES = Object.keys(SERVICES) as Name[];
const portOf = (name: Name): number => (name === "frontend" ? 80 : 8080);
const urlOf = (name: Name, path: string): string => `http://${name}.${NAMESPACE}:${portOf(name)}${path}`;
const from = (workload: string) => ({ region: REGION, workload: `${NAMESPACE}/${workload}` });

function mayCall(caller: Name, called: Name): boolean {
  const { callers } = SERVICES[called];
  return callers === "all" || (callers as readonly string[]).includes(caller);
}

/** The eight services in one region, as they come: by the gateways, from each other, and as a proxy has them. */
describe("the eight services of a shop", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;
  let doors: Doors;
  let ask: (order: Partial<OutsideOrder>) => Promise<OutsideResult>;

  before(async () => {
    const root = await makeRoot("root of the shop");
    const roots = root.certificate.toString("pem");
    const { certificate, key } = await makeServerPair(root, [SHOP]);
    const secret: KubeObject = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "microservices-tls-secret", namespace: "istio-ingress" },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": certificate, "tls.key": key },
    };
    ({ mesh, requests } = await onStage({
      regions: [REGION],
      applications: [microservices],
      replicas: ({ service, version }) => (version === "v1" || SECOND.includes(service) ? 1 : 0),
      gateways: ["gateway", "internalGateway"],
      extra: () => [secret],
    }));
    doors = new Doors(mesh);
    const address = await mesh.gatewayAddress(REGION);
    ask = (order) => askFromOutside({ address, port: 443, host: SHOP, tls: { name: SHOP, roots }, ...order });
  });

  // Its thirteen proxies and those of the next group, which come while these go, are more than there are places.
  after(clearStage);

  it("have two entrances for clients by the public gateway, each at its paths", async () => {
    for (const [path, service] of [
      ["/api/orders", "api-gateway"],
      ["/health", "api-gateway"],
      ["/", "frontend"],
      ["/cart", "frontend"],
    ] as const) {
      const result = await eventually(`an answer at ${path}`, 60_000, async () => {
        const one = await ask({ path });
        return one.status === 200 ? one : undefined;
      });
      await requests.expect({ region: REGION, workload: "istio-ingressgateway" }, SHOP, () => {
        assert.equal(result.answer?.workload, service);
        assert.equal(result.answer.caller, "spiffe://cluster.local/ns/istio-ingress/sa/istio-ingressgateway");
      });
    }
  });

  it("show the second frontend to who takes part in an experiment, and to nobody else", async () => {
    for (const [headers, version] of [
      [{ cookie: "a=1; experiment=version-b" }, "v2"],
      [{ "x-user-tier": "premium" }, "v2"],
      [{}, "v1"],
      [{ cookie: "experiment=version-a", "x-user-tier": "free" }, "v1"],
    ] as const) {
      await eventually(`frontend ${version} at the gateway`, 60_000, async () =>
        (await ask({ path: "/", headers })).answer?.version === version ? true : undefined,
      );
      const results = await Promise.all(Array.from({ length: 10 }, () => ask({ path: "/", headers })));
      assert.deepEqual(
        countBy(results, ({ status, answer }) => `${status ?? "none"} ${answer?.version ?? ""}`),
        { [`200 ${version}`]: 10 },
        JSON.stringify(headers),
      );
    }
  });

  it("call whom the seed lets them call, and are refused by all others", async () => {
    const wanted = new Map<string, number>();
    const seen = new Map<string, number | undefined>();
    for (const caller of NAMES)
      for (const called of NAMES) {
        if (called === caller) continue;
        const pair = `${caller} → ${called}`;
        const status = mayCall(caller, called) ? 200 : 403;
        const order = { url: urlOf(called, "/things/1") };
        const [result] = await requests.until(from(caller), order, ([one]) => one?.status === status);
        wanted.set(pair, status);
        seen.set(pair, result?.status);
      }
    assert.deepEqual(Object.fromEntries(seen), Object.fromEntries(wanted));
  });

  it("tell every workload of the shop how they are, and let none change that", async () => {
    for (const called of NAMES) {
      const caller = NAMES.find((one) => one !== called && !mayCall(one, called)) ?? "payment-service";
      const [read] = await requests.send(from(caller), { url: urlOf(called, "/health/live") });
      const [written] = await requests.send(from(caller), {
        url: urlOf(called, "/health/live"),
        method: "POST",
      });
      await requests.expect(from(caller), called, () =>
        assert.deepEqual([called, read?.status, written?.status], [called, 200, 403]),
      );
    }
  });

  it("are waited for, repeated and bounded as the seed says, in the proxy of whoever may call them", async () => {
    for (const called of NAMES) {
      const caller = NAMES.find((one) => one !== called && mayCall(one, called)) ?? "frontend";
      const host = `${called}.${NAMESPACE}.svc.cluster.local`;
      const actions = await routesOf(mesh, caller, host);
      const { timeout, retries, perTry } = SERVICES[called];
      assert.ok(actions.length > 0, `${caller} has a route to ${host}`);
      const isSplit = actions.some(repeatsAnswers);
      for (const action of actions) {
        const { timeout: whole, retry_policy: retry } = action;
        // What is not idempotent is repeated only where nothing was sent, so that no try of it is cut short.
        const isCut = !isSplit || repeatsAnswers(action);
        assert.deepEqual(
          [called, whole, retry?.num_retries, retry?.per_try_timeout],
          [called, timeout, retries, isCut ? perTry : undefined],
        );
      }
      const clusters = await clustersOf(mesh, from(caller), host);
      assert.deepEqual(
        clusters.map(({ name }) => name?.split("|")[2]).toSorted(),
        ["", "v1", "v2"],
        `subsets of ${called}`,
      );
      for (const { circuit_breakers: breakers, outlier_detection: outlier } of clusters) {
        const [threshold] = breakers?.thresholds ?? [];
        assert.deepEqual([threshold?.max_connections, threshold?.max_pending_requests], [100, 50]);
        assert.deepEqual(
          [outlier?.consecutive_5xx, outlier?.interval, outlier?.base_ejection_time],
          [5, "30s", "30s"],
        );
      }
    }
  });

  it("are given up when a try takes too long, after as many tries as the seed says", async () => {
    const url = urlOf("auth-service", "/tokens?delay=8000");
    const wanted = [504, 1 + SERVICES["auth-service"].retries];
    const seen = await measured(async () => {
      let result: Result | undefined;
      const tries = await doors.countDuring({ region: REGION, workload: "auth-service" }, async () => {
        [result] = await requests.send(from("frontend"), { url, timeoutMs: 30_000 });
      });
      return [result?.status, tries];
    }, wanted);
    await requests.expect(from("frontend"), "auth-service", () => assert.deepEqual(seen, wanted));
  });
});

interface Action {
  readonly timeout?: string;
  readonly retry_policy?: {
    readonly retry_on?: string;
    readonly num_retries?: number;
    readonly per_try_timeout?: string;
  };
}

/** Whether also what was answered, with a failure, is sent once more. */
function repeatsAnswers({ retry_policy: retry }: Action): boolean {
  return retry?.retry_on?.includes("gateway-error") === true;
}

async function routesOf(mesh: TestMesh, caller: string, host: string): Promise<readonly Action[]> {
  const { routes } = await mesh.in(REGION).agent.dataPlane.beliefs(`${NAMESPACE}/${caller}`, host);
  return routes.flatMap(({ routes: of }) =>
    ((of ?? []) as readonly { readonly route?: Action }[]).flatMap(({ route }) => route ?? []),
  );
}
