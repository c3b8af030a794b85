import assert from "node:assert/strict";
import { microservices } from "../../../catalog/microservices";
import { patterns } from "../../../catalog/patterns";
import { application, service, type Application } from "../../../istio/intent";
import type { KubeObject } from "../../../sandbox/kube";
import { makeRoot } from "../node/support/certificates";
import { server } from "./support/callers";
import type { TestMesh } from "./support/mesh";
import { approach, authorityOf, issue, type Approach, type Outcome } from "./support/outsider";
import type { Requests } from "./support/requests";
import { onStage } from "./support/shared";

const [HERE, THERE] = ["eastus", "westeurope"];
const CLIENT = { region: HERE, workload: "visitor" };
const [PORT, METRICS] = [8080, 9090];
const SPIFFE = "spiffe://cluster.local/ns";
const VISITOR = `${SPIFFE}/sealed/sa/visitor`;

/** A port of a workload, and whether it takes plaintext. */
interface Door {
  readonly workload: string;
  readonly port: number;
  readonly plaintext: boolean;
}

/** A request in plaintext, and what comes of it: no status where it does not come in. */
interface Entrance extends Pick<Approach, "method" | "path"> {
  readonly workload: string;
  readonly port: number;
  readonly status?: number;
}

/** What the mesh says (STRICT, in its baseline), a namespace, a workload and a port: the narrowest decides. */
const HOUSE: Application = application({
  name: "house",
  namespaces: [{ name: "sealed" }, { name: "open", mtls: "PERMISSIVE" }],
  services: [
    service({ name: "vault", namespace: "sealed", port: PORT, globalHost: "vault.global" }),
    service({ name: "legacy", namespace: "sealed", port: PORT, mtls: "PERMISSIVE" }),
    service({ name: "mixed", namespace: "sealed", port: PORT, portMtls: { [METRICS]: "PERMISSIVE" } }),
    service({ name: "visitor", namespace: "sealed", port: PORT }),
    service({ name: "lobby", namespace: "open", port: PORT, portMtls: { [METRICS]: "STRICT" } }),
    service({ name: "safe", namespace: "open", port: PORT, mtls: "STRICT" }),
  ],
});
const DOORS: readonly Door[] = [
  { workload: "vault", port: PORT, plaintext: false },
  { workload: "legacy", port: PORT, plaintext: true },
  { workload: "mixed", port: PORT, plaintext: false },
  { workload: "mixed", port: METRICS, plaintext: true },
  { workload: "lobby", port: PORT, plaintext: true },
  { workload: "lobby", port: METRICS, plaintext: false },
  { workload: "safe", port: PORT, plaintext: false },
];

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

/** Pods with a second port, which the catalog says nothing of but its mode. */
const WITH_METRICS = ["mixed", "lobby"];
const pods = (): readonly KubeObject[] =>
  WITH_METRICS.map((name) => server(name === "mixed" ? "sealed" : "open", name, METRICS));

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
    ({ mesh, requests } = await onStage({
      regions: [HERE, THERE],
      applications: [house],
      replicas: ({ region, service: name }) => {
        if (WITH_METRICS.includes(name)) return 0;
        return region === HERE ? 1 : Number(name === "vault");
      },
      extra: (region) => (region === HERE ? pods() : []),
    }));
  };

  /** Tries until a door answers as is wished; a policy takes a moment to reach the proxy. */
  const tried = async (
    { workload, port }: Omit<Door, "plaintext">,
    how: Omit<Approach, "to">,
    wished: (outcome: Outcome) => boolean,
  ): Promise<Outcome> => {
    const to = { address: addressOf(mesh, workload), port };
    const end = Date.now() + 60_000;
    for (;;) {
      const outcome = await approach({ to, ...how });
      if (wished(outcome) || Date.now() > end) return outcome;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };

  const checkDoors = async (doors: readonly Door[]): Promise<void> => {
    const known = await issue(await authorityOf(mesh.in(HERE)), VISITOR);
    for (const door of doors) {
      const { workload, port, plaintext } = door;
      const plain = await tried(door, {}, ({ status }) => (status === 200) === plaintext);
      const mutual = await tried(door, { tls: known }, ({ status }) => status === 200);
      await requests.expectAt({ region: HERE, workload }, () => {
        const place = `${workload}:${port}`;
        assert.equal(
          plain.status,
          plaintext ? 200 : undefined,
          `plaintext to ${place}: ${plain.error ?? ""}`,
        );
        if (!plaintext) assert.equal(plain.error, "ECONNRESET", place);
        assert.equal(plain.answer?.caller, undefined, `plaintext to ${place} has a name`);
        assert.equal(mutual.status, 200, `mutual TLS to ${place}: ${mutual.error ?? ""}`);
        assert.equal(mutual.answer?.caller, VISITOR, place);
      });
    }
  };

  before(() => show(HOUSE));

  it("is asked for as the narrowest of mesh, namespace, workload and port says", async () => {
    await checkDoors(DOORS);
  });

  it("lets nobody in who has no certificate of the mesh", async () => {
    const ours = await authorityOf(mesh.in(HERE));
    const root = await makeRoot("root of another mesh");
    const { certificate, keys } = root;
    const theirs = { certificate, key: keys.privateKey, chain: certificate.toString("pem") };
    const approaches: Readonly<Record<string, NonNullable<Approach["tls"]>>> = {
      "of another root": await issue(theirs, VISITOR),
      "of the root's own name, signed by another key": await issue(
        { ...ours, key: keys.privateKey },
        VISITOR,
      ),
      "of another trust domain": await issue(ours, "spiffe://elsewhere.example/ns/sealed/sa/visitor"),
      "that has ended": await issue(ours, VISITOR, -60_000),
      "at all": {},
    };
    for (const workload of ["vault", "legacy"]) {
      const before = await approach({ to: { address: addressOf(mesh, "legacy"), port: PORT } });
      for (const [what, tls] of Object.entries(approaches)) {
        const outcome = await approach({ to: { address: addressOf(mesh, workload), port: PORT }, tls });
        await requests.expectAt({ region: HERE, workload }, () => {
          assert.equal(outcome.status, undefined, `${workload} let in a certificate ${what}`);
          assert.match(outcome.error ?? "", /ALERT|ECONNRESET|EPROTO/, `a certificate ${what}`);
        });
      }
      const after = await approach({ to: { address: addressOf(mesh, "legacy"), port: PORT } });
      assert.ok(before.answer !== undefined && after.answer !== undefined);
      if (workload === "legacy")
        assert.equal(after.answer.count, before.answer.count + 1, "the application saw none of them");
    }
  });

  it("tells the application who calls, also from the other region", async () => {
    const order = { url: "http://vault.global:8080/", count: 20 };
    const results = await requests.until(CLIENT, order, (seen) => regionsOf(seen).length === 2);
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
    await checkDoors(DOORS.map((door) => ({ ...door, plaintext: !door.plaintext })));
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
      const plain = await tried(door, door, (outcome) => outcome.status === status);
      // It is the missing name that keeps plaintext out, no rule.
      const mutual =
        status === undefined
          ? await tried(door, { ...door, tls: known }, (outcome) => outcome.status === 200)
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

function addressOf(mesh: TestMesh, workload: string): string {
  const found = mesh
    .in(HERE)
    .agent.dataPlane.running()
    .find(({ pod }) => pod.metadata.labels?.["app"] === workload);
  assert.ok(found, `${workload} runs`);
  return found.address;
}

function regionsOf(results: readonly { readonly answer?: { readonly region: string } }[]): string[] {
  return [...new Set(results.flatMap(({ answer }) => answer?.region ?? []))].toSorted();
}
