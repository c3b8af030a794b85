import assert from "node:assert/strict";
import { crossClusterTest } from "../../../catalog/cross-cluster-test";
import type { Result } from "../../../sandbox/app/settings";
import { isServed } from "./support/load";
import type { TestMesh } from "./support/mesh";
import { countBy, type Requests, type Sender } from "./support/requests";
import { clearStage, onStage } from "./support/shared";

const [HERE, THERE] = ["eastus", "westeurope"];
const BOTH = [HERE, THERE];
const HOST = "test-app.global";
const clientIn = (region: string): Sender => ({ region, workload: "test-client" });
const IDENTITY = "spiffe://cluster.local/ns/cross-cluster-test/sa";

/** A regions table of two, each with a network of its own and the labels that the catalog's bindings go by. */
const TABLE = Object.fromEntries(
  BOTH.map((region, index) => [
    region,
    {
      cidr: `10.${index + 1}0.0.0/16`,
      labels: { mesh: "enabled", integration: "istio" },
      network: `network${index + 1}`,
    },
  ]),
);

/** Requests until workloads of these regions have answered, and nothing else came back. */
async function answered(requests: Requests, from: Sender, regions: readonly string[]): Promise<void> {
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
}

describe("requests of a primary and its remote", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  before(async () => {
    ({ mesh, requests } = await onStage(
      { regions: BOTH, applications: [crossClusterTest] },
      { settings: { topology: "primary-remote", primary: HERE, regions: TABLE } },
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

function regionsOf(results: readonly Result[]): string[] {
  return [...new Set(results.flatMap(({ answer }) => answer?.region ?? []))].toSorted();
}
