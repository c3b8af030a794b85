import assert from "node:assert/strict";
import { CROSS_NETWORK_PORT, EAST_WEST_NAMESPACE, EAST_WEST_SELECTOR } from "../../../istio/eastWest";
import type { Result } from "../../../sandbox/app/settings";
import type { KubeObject } from "../../../sandbox/kube";
import {
  checkDoors,
  checkForgeries,
  CLIENT,
  DOORS,
  HERE,
  HOUSE,
  housePlay,
  PORT,
  SPIFFE,
  THERE,
  tried,
  VISITOR,
} from "./support/house";
import { entranceOf, MULTI_NETWORK, sniOf, waysTo } from "./support/networks";
import { approach, authorityOf, issue } from "./support/outsider";
import { onStage, type Stage } from "./support/shared";
import { regionOf } from "./support/shares";

const VAULT = "vault.global";
const LEGACY = "legacy.sealed.svc.cluster.local";

/** A second name of the vault, which somebody has given it past the catalog. */
const OTHER_NAME: KubeObject = {
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name: "other-name", namespace: "sealed" },
  spec: {
    hosts: ["other-name.global"],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    ports: [{ name: "http", number: PORT, protocol: "HTTP" }],
    workloadSelector: { labels: { app: "vault" } },
  },
};
/** Lets that name through, too. */
const OTHER_GATEWAY: KubeObject = {
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name: "other-name", namespace: EAST_WEST_NAMESPACE },
  spec: {
    selector: EAST_WEST_SELECTOR,
    servers: [
      {
        port: { name: "tls-other-name", number: CROSS_NETWORK_PORT.port, protocol: "TLS" },
        tls: { mode: "AUTO_PASSTHROUGH" },
        hosts: ["other-name.global"],
      },
    ],
  },
};

/** Who is let in by which proof, where the way from region to region is an east-west gateway that opens nothing. */
describe("mutual TLS between two networks", function () {
  this.timeout(900_000);
  let stage: Stage;

  const show = async (...extra: readonly KubeObject[]): Promise<void> => {
    stage = await onStage(housePlay(HOUSE, [OTHER_NAME, ...extra]), MULTI_NETWORK);
  };

  before(() => show());

  it("is asked for in each as the narrowest of mesh, namespace, workload and port says", async () => {
    await checkDoors(stage, DOORS);
  });

  it("tells the application who calls, and not by which gateway", async () => {
    const { mesh, requests } = stage;
    const { address, port } = await entranceOf(mesh, THERE);
    const order = { url: `http://${VAULT}:${PORT}/`, count: 20 };
    // The first may be sent before the caller's proxy knows the name.
    const isWished = (seen: readonly Result[]): boolean =>
      seen.every(({ answer }) => answer !== undefined) && seen.some((one) => regionOf(one) === THERE);
    const results = await requests.until(CLIENT, order, isWished);
    await requests.expect(CLIENT, VAULT, async () => {
      assert.deepEqual(await waysTo(mesh, CLIENT, VAULT, THERE), [`${address}:${port}`]);
      assert.deepEqual([...new Set(results.map(regionOf))].toSorted(), [HERE, THERE]);
      for (const { answer } of results) {
        assert.equal(answer?.caller, VISITOR);
        assert.equal(answer.self, `${SPIFFE}/sealed/sa/vault`);
      }
    });
  });

  it("goes through the gateway to the end: nobody gets in by it who has no certificate of the mesh", async () => {
    for (const { region, workload, host } of [
      { region: THERE, workload: "vault", host: VAULT },
      // Plaintext is let in there, but never from another network.
      { region: HERE, workload: "legacy", host: LEGACY },
    ]) {
      const to = await entranceOf(stage.mesh, region);
      await checkForgeries(stage, { region, workload }, { to, name: sniOf(host, PORT) });
      const plain = await approach({ to, headers: { host } });
      assert.equal(plain.status, undefined, `plaintext to ${host}`);
      assert.equal(plain.error, "ECONNRESET", `plaintext to ${host}`);
    }
  });

  it("goes through for the hosts only that the Gateway lists", async () => {
    const { mesh, requests } = stage;
    const tls = await issue(await authorityOf(mesh.in(HERE)), VISITOR);
    const to = await entranceOf(mesh, THERE);
    const ask = (host: string) => ({ to, tls, name: sniOf(host, PORT) });
    const listed = await tried(ask(VAULT), ({ status }) => status === 200);
    const others = [await approach(ask("other-name.global")), await approach(ask("nobody.global"))];
    await requests.expectAt({ region: THERE, workload: "vault" }, () => {
      assert.equal(listed.answer?.region, THERE, listed.error);
      for (const { status, error } of others) assert.deepEqual([status, error], [undefined, "ECONNRESET"]);
    });
    // The name is there, with the vault behind it: nothing but the list kept it out.
    await show(OTHER_GATEWAY);
    const added = await tried(ask("other-name.global"), ({ status }) => status === 200);
    assert.equal(added.answer?.region, THERE, added.error);
  });
});
