import assert from "node:assert/strict";
import { microservices } from "../../../catalog/microservices";
import { myapp } from "../../../catalog/myapp";
import { makeRoot, makeServerPair, type Root, type ServerPair } from "../node/support/certificates";
import type { KubeObject } from "../../../sandbox/kube";
import { eventually } from "../node/support/cluster";
import type { TestMesh } from "./support/mesh";
import { askFromOutside, type OutsideOrder, type OutsideResult } from "./support/public-client";
import { countBy, type Requests } from "./support/requests";
import { onStage } from "./support/shared";

const REGION = "eastus";
const GATEWAY = { region: REGION, workload: "istio-ingressgateway" };
const SHOP = "shop.example.com";
const INTERNAL = "shop.internal.example.com";
const APP = "myapp.example.com";
const BEHIND = ["api-service", "web-service", "api-gateway", "frontend"];

/** A machine of the virtual network: without a proxy and without an identity. */
const NEIGHBOUR = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "neighbour", namespace: "default", labels: { app: "neighbour" } },
  spec: { containers: [{ name: "app", image: "global-mesh-sandbox-app:1" }] },
};

/** Clients outside the mesh, at the public address of a region: the catalog's myapp and microservices. */
describe("requests by the gateway", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;
  let address: string;
  let root: Root;
  let first: ServerPair;
  let roots: string;

  before(async () => {
    root = await makeRoot("root of the shop");
    roots = root.certificate.toString("pem");
    first = await makeServerPair(root, [SHOP]);
    ({ mesh, requests } = await onStage({
      regions: [REGION],
      applications: [myapp, microservices],
      replicas: ({ service, version }) =>
        BEHIND.includes(service) && !(service === "frontend" && version === "v2") ? 1 : 0,
      gateways: ["gateway", "internalGateway"],
      extra: () => [NEIGHBOUR, tlsSecret(first)],
    }));
    address = await mesh.gatewayAddress(REGION);
  });

  const ask = ({ host = APP, ...order }: Partial<OutsideOrder>): Promise<OutsideResult> => {
    requests.about(GATEWAY, host);
    return askFromOutside({ address, port: 80, host, ...order });
  };
  const shop = (order: Partial<OutsideOrder> = {}): Promise<OutsideResult> =>
    ask({ port: 443, host: SHOP, tls: { name: SHOP, roots }, ...order });
  const until = (what: string, look: () => Promise<OutsideResult>, status: number): Promise<OutsideResult> =>
    eventually(what, 60_000, async () => {
      const result = await look();
      return result.status === status ? result : undefined;
    });

  it("reach the service of their path, and it knows the gateway by its SPIFFE name", async () => {
    for (const [path, service] of [
      ["/api", "api-service"],
      ["/api/orders?id=1", "api-service"],
      ["/web", "web-service"],
      ["/web/index.html", "web-service"],
    ] as const) {
      await until(`answer at ${path}`, () => ask({ path }), 200);
      const results = await Promise.all(Array.from({ length: 10 }, () => ask({ path })));
      await requests.expect(GATEWAY, APP, () => {
        const answered = results.flatMap(({ answer }) => answer ?? []);
        assert.ok(answered.length > 0);
        for (const { workload, caller, path: seen } of answered) {
          assert.equal(workload, service);
          assert.equal(seen, path);
          assert.equal(caller, "spiffe://cluster.local/ns/istio-ingress/sa/istio-ingressgateway");
        }
        // The catalog aborts five of a hundred requests to api-service; what fails otherwise is a fault of ours.
        const aborted = service === "api-service" ? results.filter(isAborted) : [];
        const others = results.filter((result) => !aborted.includes(result));
        assert.deepEqual(
          countBy(others, ({ status, error, body }) => [error ?? status, body].join(" ").trim()),
          { 200: others.length },
        );
      });
    }
  });

  it("are told 404 for a path or a host that nobody serves, and 403 for a method that is not allowed", async () => {
    const statuses = await Promise.all([
      ask({ path: "/other" }),
      ask({ path: "/web", host: "other.example.com" }),
      ask({ path: "/web", host: INTERNAL }),
      ask({ path: "/web", method: "POST" }),
    ]);
    await requests.expect(GATEWAY, APP, () =>
      assert.deepEqual(
        statuses.map(({ status }) => status),
        [404, 404, 404, 403],
      ),
    );
  });

  it("are sent from HTTP to HTTPS where the catalog says so", async () => {
    const result = await until("a redirection", () => ask({ host: SHOP, path: "/api/cart?x=1" }), 301);
    assert.equal(result.headers?.["location"], `https://${SHOP}/api/cart?x=1`);
  });

  it("are shown the certificate of the secret over HTTPS, and reach the service behind it", async () => {
    for (const [path, service] of [
      ["/api/cart", "api-gateway"],
      ["/health", "api-gateway"],
      ["/", "frontend"],
    ] as const) {
      const result = await until(`answer at https ${path}`, () => shop({ path }), 200);
      await requests.expect(GATEWAY, SHOP, () => {
        assert.equal(result.fingerprint, first.fingerprint);
        assert.equal(result.answer?.workload, service);
        assert.equal(result.answer.headers["x-forwarded-proto"], "https");
      });
    }
  });

  it("find nobody for another SNI, and nobody's page for another host behind the right one", async () => {
    const wrongName = await shop({ tls: { name: "other.example.com", roots } });
    assert.deepEqual([wrongName.status, wrongName.fingerprint], [undefined, undefined]);
    assert.match(wrongName.error ?? "", /ECONNRESET|Client network socket disconnected/);
    const wrongHost = await shop({ host: APP, path: "/web" });
    await requests.expect(GATEWAY, SHOP, () => assert.equal(wrongHost.status, 404));
  });

  it("are shown a new certificate soon after the secret has it, with no pod restarted", async () => {
    const { kube, agent } = mesh.in(REGION);
    const before = pids(agent.dataPlane.processes(GATEWAY.workload));
    const second = await makeServerPair(root, [SHOP]);
    await kube.apply(tlsSecret(second), { fieldManager: "test", force: true });
    const statuses: (number | undefined)[] = [];
    await eventually("the new certificate", 60_000, async () => {
      const { status, fingerprint } = await shop();
      statuses.push(status);
      return fingerprint === second.fingerprint ? true : undefined;
    });
    assert.deepEqual([...new Set(statuses)], [200], "no request fails meanwhile");
    assert.deepEqual(pids(agent.dataPlane.processes(GATEWAY.workload)), before);
  });

  it("do not find the internal gateway, which has no public address and whose host no public one serves", async () => {
    const internal = await mesh.gatewayAddress(REGION, "internalGateway");
    assert.match(internal, /^10\./);
    // The first of these paths is served there, so that it is the host that finds nobody.
    for (const path of ["/api/cart", "/products", "/"])
      assert.equal((await ask({ host: INTERNAL, path })).status, 404);
    const tls = await shop({ host: INTERNAL, tls: { name: INTERNAL, roots } });
    assert.equal(tls.status, undefined);
  });

  it("reach the internal gateway from the virtual network", async () => {
    const entry = await eventually("the registration of the internal gateway", 60_000, async () => {
      const entries = await mesh.in(REGION).kube.list({
        apiVersion: "networking.istio.io/v1",
        kind: "WorkloadEntry",
        namespace: "istio-ingress",
      });
      return entries.find(({ metadata }) => metadata.name.startsWith("istio-internal-gateway-"));
    });
    const { address: host, ports } = entry["spec"] as { address: string; ports: Record<string, number> };
    const order = { url: `http://${INTERNAL}/api/cart`, connect: `${host}:${ports["http2"] ?? 0}` };
    const from = { region: REGION, workload: "neighbour" };
    const [result] = await requests.until(from, order, ([one]) => one?.status === 200);
    await requests.expect({ region: REGION, workload: "istio-internal-gateway" }, INTERNAL, () => {
      assert.equal(result?.status, 200);
      assert.equal(result.answer?.workload, "api-gateway");
      assert.match(result.answer.caller ?? "", /sa\/istio-internal-gateway$/);
    });
  });
});

/** Whether the gateway's proxy failed a request on purpose: a workload that fails has other words, or none. */
function isAborted({ status, body }: OutsideResult): boolean {
  return status === 503 && body === "fault filter abort";
}

function tlsSecret({ certificate, key }: ServerPair): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "microservices-tls-secret", namespace: "istio-ingress" },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": certificate, "tls.key": key },
  };
}

function pids(containers: readonly { readonly processes: readonly { readonly pid: number }[] }[]): number[] {
  return containers.flatMap(({ processes }) => processes.map(({ pid }) => pid)).toSorted((a, b) => a - b);
}
