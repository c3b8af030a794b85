import assert from "node:assert/strict";
import { application, service } from "../../../istio/intent";
import type { TestMesh } from "./support/mesh";
import type { Play } from "./support/play";
import type { Requests, Sender } from "./support/requests";
import { onStage } from "./support/shared";
import { toldWhen, unscoped, type Told } from "./support/told";

const REGION = "eastus";
const CLIENT: Sender = { region: REGION, workload: "client" };
const [INSIDE, OUTSIDE] = ["inside.global", "outside.global"];
const CROWD = Array.from({ length: 50 }, (_, index) => `crowd-${index}`);
const crowdHost = (name: string): string => `${name}.global`;

/** One client that says what it calls; beside that a service that lets everybody in, and 50 without a workload. */
const TOWN = application({
  name: "town",
  namespaces: [{ name: "town", mtls: "STRICT" }, { name: "beyond", mtls: "STRICT" }, { name: "crowd" }],
  services: [
    service({ name: "client", namespace: "town", port: 80, access: [], calls: ["town/inside"] }),
    service({ name: "inside", namespace: "town", port: 80, globalHost: INSIDE }),
    service({ name: "outside", namespace: "beyond", port: 80, globalHost: OUTSIDE }),
    ...CROWD.map((name) => service({ name, namespace: "crowd", port: 80, globalHost: crowdHost(name) })),
  ],
});

describe("scope of what a proxy is told", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;
  let scoped: Told;
  const play: Play = {
    regions: [REGION],
    applications: [TOWN],
    replicas: ({ service }) => (CROWD.includes(service) ? undefined : 1),
  };
  const told = (hosts: readonly string[], named: readonly string[]): boolean =>
    named.every((name) => hosts.includes(name));

  before(async () => {
    ({ mesh, requests } = await onStage(play));
  });

  it("is what its workload calls, and the root namespace", async () => {
    const isOther = (host: string): boolean => host !== INSIDE && !host.includes(".istio-system.");
    scoped = await toldWhen(
      mesh,
      CLIENT,
      `${INSIDE} and no other`,
      ({ called }) => called.includes(INSIDE) && !called.some(isOther),
    );
  });

  it("holds a call of what is in it", async () => {
    const order = { url: `http://${INSIDE}/` };
    const [result] = await requests.until(CLIENT, order, ([one]) => one?.status === 200);
    await requests.expect(CLIENT, INSIDE, () => {
      assert.equal(result?.answer?.workload, "inside");
      assert.equal(result.answer.caller, "spiffe://cluster.local/ns/town/sa/client");
    });
  });

  it("leaves the name of everything else unknown, also of what would let the client in", async () => {
    for (const host of [OUTSIDE, "outside.beyond.svc.cluster.local", crowdHost("crowd-7")]) {
      const [result] = await requests.send(CLIENT, { url: `http://${host}/` });
      await requests.expect(CLIENT, host, () =>
        assert.equal(result?.error, "ENOTFOUND", JSON.stringify(result)),
      );
    }
  });

  it("gives no way round by an address: without the mesh's TLS nobody is let in", async () => {
    const pod = mesh
      .in(REGION)
      .agent.dataPlane.running()
      .find(({ pod }) => pod.metadata.labels?.["app"] === "outside");
    assert.ok(pod, "outside runs");
    const order = { url: `http://${OUTSIDE}/`, connect: `${pod.address}:8080` };
    const [result] = await requests.send(CLIENT, order);
    await requests.expect(CLIENT, OUTSIDE, () => {
      assert.equal(result?.answer, undefined, JSON.stringify(result));
      assert.ok(result?.status === 503 || result?.error === "ECONNRESET", JSON.stringify(result));
    });
  });

  it("would without Sidecar and exportTo be the whole mesh, for every proxy", async () => {
    await mesh.play({ ...play, adapt: unscoped });
    const everything = [INSIDE, OUTSIDE, ...CROWD.map(crowdHost)];
    const all = await toldWhen(mesh, CLIENT, "the whole mesh", ({ called }) => told(called, everything));
    const order = { url: `http://${OUTSIDE}/` };
    const [result] = await requests.until(CLIENT, order, ([one]) => one?.status === 200);
    await requests.expect(CLIENT, OUTSIDE, () => assert.equal(result?.answer?.workload, "outside"));
    for (const part of ["dumpBytes", "clusters", "hosts"] as const)
      assert.ok(all[part] > 2 * scoped[part], `${part}: ${scoped[part]} of ${all[part]}`);
    await mesh.play(play);
    // Clusters come before routes.
    const isScoped = ({ called, clusters, hosts }: Told): boolean =>
      !told(called, [OUTSIDE]) && clusters === scoped.clusters && hosts === scoped.hosts;
    const again = await toldWhen(mesh, CLIENT, "its scope", isScoped);
    assert.deepEqual(again.called, scoped.called);
  });
});
