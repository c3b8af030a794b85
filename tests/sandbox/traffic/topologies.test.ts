import assert from "node:assert/strict";
import { connect as tlsConnect } from "node:tls";
import { aiAgent } from "../../../catalog/ai-agent";
import { crossClusterTest } from "../../../catalog/cross-cluster-test";
import { EAST_WEST_NAME, EAST_WEST_NAMESPACE, CROSS_NETWORK_PORT } from "../../../istio/eastWest";
import type { Result } from "../../../sandbox/app/settings";
import { signalProcess } from "../../../sandbox/processes";
import { eventually } from "../node/support/cluster";
import { interval } from "./support/binomial";
import { isServed, Load, tollSince, told } from "./support/load";
import type { TestMesh } from "./support/mesh";
import { askFromOutside } from "./support/public-client";
import { countBy, type Requests, type Sender } from "./support/requests";
import { clearStage, onStage } from "./support/shared";

const [HERE, THERE] = ["eastus", "westeurope"];
const BOTH = [HERE, THERE];
const HOST = "test-app.global";
const clientIn = (region: string): Sender => ({ region, workload: "test-client" });
const EAST_WEST = { kind: "Service", apiVersion: "v1", namespace: EAST_WEST_NAMESPACE, name: EAST_WEST_NAME };
const IDENTITY = "spiffe://cluster.local/ns/cross-cluster-test/sa";

/** A regions table of two, each with the labels that the catalog's bindings go by. */
function table(networks: Readonly<Record<string, string>> = {}): Record<string, object> {
  return Object.fromEntries(
    BOTH.map((region, index) => [
      region,
      {
        cidr: `10.${index + 1}0.0.0/16`,
        labels: { mesh: "enabled", integration: "istio" },
        ...(networks[region] === undefined ? {} : { network: networks[region] }),
      },
    ]),
  );
}

/** Requests until workloads of these regions have answered, and nothing else came back. */
async function answered(requests: Requests, from: Sender, regions: readonly string[]): Promise<Result[]> {
  const order = { url: `http://${HOST}/`, count: 40 };
  const isWished = (seen: readonly Result[]): boolean =>
    seen.every(isServed) && regionsOf(seen).join() === regions.join();
  const results = await requests.until(from, order, isWished);
  await requests.expect(from, HOST, () => {
    assert.deepEqual(
      countBy(results, ({ status, error }) => error ?? String(status)),
      { "200": 40 },
    );
    assert.deepEqual(regionsOf(results), regions);
    for (const { answer } of results) {
      assert.equal(answer?.caller, `${IDENTITY}/test-client`);
      assert.equal(answer.self, `${IDENTITY}/test-app`);
    }
  });
  return results;
}

describe("requests between two networks", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  before(async () => {
    ({ mesh, requests } = await onStage(
      { regions: BOTH, applications: [aiAgent, crossClusterTest] },
      { settings: { topology: "multi-network", regions: table() } },
    ));
  });
  after(clearStage);

  const eastWestAddress = (region: string): Promise<string> =>
    eventually(`an address of the east-west gateway of ${region}`, 60_000, async () => {
      const { status } = (await mesh.in(region).kube.get(EAST_WEST)) as {
        status?: { loadBalancer?: { ingress?: { ip: string }[] } };
      };
      return status?.loadBalancer?.ingress?.[0]?.ip;
    });

  it("reach the workloads of both, which know the caller by its own name and not by the gateway's", async () => {
    for (const region of BOTH) await answered(requests, clientIn(region), BOTH);
  });

  it("go to the other network by its east-west gateway only", async () => {
    for (const region of BOTH) {
      const other = region === HERE ? THERE : HERE;
      const gateway = `${await eastWestAddress(other)}:${CROSS_NETWORK_PORT.port}`;
      const { endpoints } = await mesh.in(region).agent.dataPlane.beliefs("test-client", HOST);
      const elsewhere = endpoints.filter(({ locality }) => locality.startsWith(other));
      assert.deepEqual([...new Set(elsewhere.map(({ address }) => address))], [gateway]);
    }
  });

  it("are spread over the networks as the locality table says: 80 to 20 from each", async () => {
    for (const region of BOTH) {
      const from = { region, workload: "ai-agent" };
      const order = { url: "http://ai-agent.global/api/health", count: 1_000, concurrency: 8 };
      await requests.until(from, { ...order, count: 60 }, (seen) => regionsOf(seen).length === 2);
      const results = await requests.send(from, order);
      const { low, high } = interval(1_000, 0.8);
      await requests.expect(from, "ai-agent.global", () => {
        assert.ok(results.every(isServed));
        const own = results.filter(({ answer }) => answer?.region === region).length;
        assert.ok(own >= low && own <= high, `${own} of 1,000 at home; allowed ${low} to ${high}`);
      });
    }
  });

  it("are refused at the east-west gateway in plaintext, for a name that it does not let through, and without a certificate of the mesh", async () => {
    const address = await eastWestAddress(THERE);
    const { port } = CROSS_NETWORK_PORT;
    const plain = await askFromOutside({ address, port, host: HOST });
    assert.equal(plain.status, undefined, "plaintext");
    const let_ = `outbound_.80_._.${HOST}`;
    // The first of these is let through, to the workload, which then asks for a certificate.
    assert.match(await shake(address, port, let_), /ALERT|ECONNRESET|closed/i);
    assert.match(await shake(address, port, "outbound_.80_._.example.com"), /ECONNRESET|closed/i);
  });

  it("stay at home while the other network's gateway is dead, and go there again when it is back", async () => {
    const { kube, agent } = mesh.in(THERE);
    const deployment = { ...EAST_WEST, apiVersion: "apps/v1", kind: "Deployment" };
    const load = Load.start(requests, clientIn(HERE), { order: { url: `http://${HOST}/` } });
    await eventually("requests to both", 60_000, () =>
      Promise.resolve(regionsOf(load.soFar).length === 2 ? true : undefined),
    );
    const event = Date.now();
    await kube.patch(deployment, { spec: { replicas: 0 } });
    for (const { processes } of agent.dataPlane.processes(EAST_WEST_NAME))
      for (const one of processes) signalProcess(one, "SIGKILL");
    await answered(requests, clientIn(HERE), [HERE]);
    // The gateway is the way in; whoever is in the network has no need of it.
    await answered(requests, clientIn(THERE), BOTH);
    const results = await load.stop();
    await kube.patch(deployment, { spec: { replicas: 1 } });
    await answered(requests, clientIn(HERE), BOTH);
    console.log(`      ${told("death of an east-west gateway", tollSince(results, event))}`);
  });
});

describe("requests of a primary and its remote", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  before(async () => {
    const networks = { [HERE]: "network1", [THERE]: "network2" };
    ({ mesh, requests } = await onStage(
      { regions: BOTH, applications: [crossClusterTest] },
      { settings: { topology: "primary-remote", primary: HERE, regions: table(networks) } },
    ));
  });
  after(clearStage);

  it("reach the workloads of both from both, which know the caller by its SPIFFE name", async () => {
    for (const region of BOTH) await answered(requests, clientIn(region), BOTH);
  });

  it("are configured by the one istiod, in the primary", async () => {
    const pods = await mesh.in(THERE).kube.list({ apiVersion: "v1", kind: "Pod", namespace: "istio-system" });
    assert.deepEqual(pods, []);
    const { http } = mesh.in(HERE).addresses.istiod;
    const synced = (await (await fetch(`http://127.0.0.1:${http}/debug/syncz`)).json()) as {
      cluster_id: string;
    }[];
    assert.deepEqual([...new Set(synced.map((one) => one.cluster_id))].toSorted(), [
      `${HERE}-cluster`,
      `${THERE}-cluster`,
    ]);
  });
});

/** What becomes of a TLS connection that shows no certificate: why it broke, or "served". */
function shake(host: string, port: number, servername: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = tlsConnect({
      host,
      port,
      servername,
      ALPNProtocols: ["istio"],
      rejectUnauthorized: false,
    });
    socket.setTimeout(15_000, () => socket.destroy(new Error("timed out")));
    socket.once("secureConnect", () => socket.write(`GET / HTTP/1.1\r\nhost: ${HOST}\r\n\r\n`));
    socket.once("data", () => {
      resolve("served");
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once("close", () => resolve("closed"));
  });
}

function regionsOf(results: readonly Result[]): string[] {
  return [...new Set(results.flatMap(({ answer }) => answer?.region ?? []))].toSorted();
}
