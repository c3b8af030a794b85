import assert from "node:assert/strict";
import { microservices } from "../../../catalog/microservices";
import { patterns } from "../../../catalog/patterns";
import type { Application } from "../../../istio/intent";
import { server } from "./support/callers";
import {
  addressOf,
  checkDoors,
  checkForgeries,
  CLIENT,
  DOORS,
  HERE,
  HOUSE,
  housePlay,
  METRICS,
  PORT,
  SPIFFE,
  THERE,
  tried,
  VISITOR,
} from "./support/house";
import { isServed } from "./support/load";
import type { TestMesh } from "./support/mesh";
import { approach, authorityOf, issue, type Approach } from "./support/outsider";
import type { Requests } from "./support/requests";
import { onStage } from "./support/shared";

/** A request in plaintext, and what comes of it: no status where it does not come in. */
interface Entrance extends Pick<Approach, "method" | "path"> {
  readonly workload: string;
  readonly port: number;
  readonly status?: number;
}

/** The same house where everything but the mesh says the opposite, or nothing. */
const TURNED: Application = {
  ...HOUSE,
  namespaces: [{ name: "sealed", mtls: "PERMISSIVE" }, { name: "open" }],
  services: HOUSE.services.map(({ mtls: _mtls, portMtls: _portMtls, ...rest }) => ({
    ...rest,
    ...(rest.name === "legacy" ? { mtls: "STRICT" as const } : {}),
    ...(rest.name === "mixed" ? { portMtls: { [METRICS]: "STRICT" as const } } : {}),
    ...(rest.name === "safe" ? { mtls: "PERMISSIVE" as const } : {}),
    ...(rest.name === "lobby" ? { portMtls: { [METRICS]: "PERMISSIVE" as const } } : {}),
  })),
};

/** What is asked in plaintext of services of the catalog, whose rules for access hold for it, too. */
const ENTRANCES: readonly Entrance[] = [
  { workload: "api-gateway", port: PORT, path: "/api/orders", status: 200 },
  { workload: "api-gateway", port: PORT, path: "/orders", status: 403 },
  { workload: "frontend", port: PORT, path: "/cart", status: 200 },
  { workload: "frontend", port: PORT, path: "/cart", method: "POST", status: 403 },
  { workload: "auth-service", port: PORT, path: "/tokens" },
  { workload: "api-service", port: METRICS, path: "/metrics", status: 200 },
  { workload: "api-service", port: METRICS, path: "/orders", status: 403 },
  { workload: "api-service", port: PORT, path: "/metrics" },
];

/** Who is let in by which proof, in two regions under one root. */
describe("mutual TLS", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  const show = async (house: Application): Promise<void> => {
    ({ mesh, requests } = await onStage(housePlay(house)));
  };

  before(() => show(HOUSE));

  it("is asked for as the narrowest of mesh, namespace, workload and port says", async () => {
    await checkDoors({ mesh, requests }, DOORS);
  });

  it("lets nobody in who has no certificate of the mesh", async () => {
    for (const workload of ["vault", "legacy"])
      await checkForgeries(
        { mesh, requests },
        { region: HERE, workload },
        { to: { address: addressOf(mesh, workload), port: PORT } },
      );
  });

  it("tells the application who calls, also from the other region", async () => {
    const order = { url: "http://vault.global:8080/", count: 20 };
    const results = await requests.until(
      CLIENT,
      order,
      (seen) => seen.every(isServed) && regionsOf(seen).length === 2,
    );
    await requests.expect(CLIENT, "vault.global", () => {
      assert.deepEqual(regionsOf(results), [HERE, THERE]);
      for (const { status, answer } of results) {
        assert.equal(status, 200);
        assert.equal(answer?.caller, VISITOR);
        assert.equal(answer.self, `${SPIFFE}/sealed/sa/vault`);
      }
    });
  });

  it("lets nobody give himself another name in the header", async () => {
    const headers = { "x-forwarded-client-cert": `By=${SPIFFE}/sealed/sa/vault;URI=${SPIFFE}/ops/sa/admin` };
    const [proxied] = await requests.send(CLIENT, { url: "http://vault.global:8080/", headers });
    assert.equal(proxied?.answer?.caller, VISITOR);
    const known = await issue(await authorityOf(mesh.in(HERE)), VISITOR);
    const to = { address: addressOf(mesh, "legacy"), port: PORT };
    const mutual = await approach({ to, tls: known, headers });
    assert.equal(mutual.answer?.caller, VISITOR, "the last element is the proxy's");
    const plain = await approach({ to, headers });
    assert.equal(plain.status, 200);
    assert.equal(plain.answer?.caller, undefined, "in plaintext there is no name");
  });

  it("follows the catalog when it says the opposite", async () => {
    await show(TURNED);
    const turned = DOORS.map((door) => ({ ...door, plaintext: !door.plaintext }));
    await checkDoors({ mesh, requests }, turned);
  });

  it("is not asked for at the entrances of the catalog, and is at the services behind them", async () => {
    const running = ["api-gateway v1", "frontend v1", "auth-service v1"];
    ({ mesh, requests } = await onStage({
      regions: [HERE],
      applications: [{ ...microservices, gateways: [] }, patterns],
      replicas: ({ service: name, version }) => (running.includes(`${name} ${version}`) ? 1 : undefined),
      extra: (region) => (region === HERE ? [server("patterns", "api-service", METRICS)] : []),
    }));
    const frontend = `${SPIFFE}/microservices/sa/frontend`;
    const known = await issue(await authorityOf(mesh.in(HERE)), frontend);
    for (const { status, ...door } of ENTRANCES) {
      const how = { ...door, to: { address: addressOf(mesh, door.workload), port: door.port } };
      const plain = await tried(how, (outcome) => outcome.status === status);
      // It is the missing name that keeps plaintext out, no rule.
      const mutual =
        status === undefined
          ? await tried({ ...how, tls: known }, (outcome) => outcome.status === 200)
          : undefined;
      await requests.expectAt({ region: HERE, workload: door.workload }, () => {
        const place = JSON.stringify(door);
        assert.equal(plain.status, status, `plaintext to ${place}: ${plain.error ?? ""}`);
        assert.equal(plain.answer?.caller, undefined, `plaintext to ${place} has a name`);
        if (mutual === undefined) return;
        assert.equal(plain.error, "ECONNRESET", place);
        assert.deepEqual([mutual.status, mutual.answer?.caller], [200, frontend], place);
      });
    }
  });
});

function regionsOf(results: readonly { readonly answer?: { readonly region: string } }[]): string[] {
  return [...new Set(results.flatMap(({ answer }) => answer?.region ?? []))].toSorted();
}
