import assert from "node:assert/strict";
import { application, service, type Application } from "../../../../istio/intent";
import type { KubeObject } from "../../../../sandbox/kube";
import { makeRoot } from "../../node/support/certificates";
import { server } from "./callers";
import type { TestMesh } from "./mesh";
import {
  approach,
  authorityOf,
  issue,
  type Approach,
  type Authority,
  type Identity,
  type Outcome,
} from "./outsider";
import type { Play } from "./play";
import type { Sender } from "./requests";
import type { Stage } from "./shared";

export const [HERE, THERE] = ["eastus", "westeurope"] as const;
export const [PORT, METRICS] = [8080, 9090] as const;
export const SPIFFE = "spiffe://cluster.local/ns";
/** One who may call what is in the namespace `sealed`, and by which name it is known. */
export const CLIENT = { region: HERE, workload: "visitor" } as const;
export const VISITOR = `${SPIFFE}/sealed/sa/visitor`;

/** A port of a workload, and whether it takes plaintext. */
export interface Door {
  readonly workload: string;
  readonly port: number;
  readonly plaintext: boolean;
}

/** What the mesh says (STRICT, in its baseline), a namespace, a workload and a port: the narrowest decides. */
export const HOUSE: Application = application({
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

/** What follows from that. */
export const DOORS: readonly Door[] = [
  { workload: "vault", port: PORT, plaintext: false },
  { workload: "legacy", port: PORT, plaintext: true },
  { workload: "mixed", port: PORT, plaintext: false },
  { workload: "mixed", port: METRICS, plaintext: true },
  { workload: "lobby", port: PORT, plaintext: true },
  { workload: "lobby", port: METRICS, plaintext: false },
  { workload: "safe", port: PORT, plaintext: false },
];

/** Pods with a second port, which the catalog says nothing of but its mode. */
const WITH_METRICS = ["mixed", "lobby"];

/**
 * The house in one region, and the vault in another, too.
 *
 * @param extra objects besides, in each region.
 */
export function housePlay(house: Application, extra: readonly KubeObject[] = []): Play {
  return {
    regions: [HERE, THERE],
    applications: [house],
    replicas: ({ region, service: name }) => {
      if (WITH_METRICS.includes(name)) return 0;
      return region === HERE ? 1 : Number(name === "vault");
    },
    extra: (region) => [...(region === HERE ? pods() : []), ...extra],
  };
}

/** Address of a workload of the house. */
export function addressOf(mesh: TestMesh, workload: string, region: string = HERE): string {
  const found = mesh
    .in(region)
    .agent.dataPlane.running()
    .find(({ pod }) => pod.metadata.labels?.["app"] === workload);
  assert.ok(found, `${workload} runs in ${region}`);
  return found.address;
}

/** Expects that each door takes what it should: mutual TLS in any case, and plaintext or not. */
export async function checkDoors({ mesh, requests }: Stage, doors: readonly Door[]): Promise<void> {
  const known = await issue(await authorityOf(mesh.in(HERE)), VISITOR);
  for (const { workload, port, plaintext } of doors) {
    const to = { address: addressOf(mesh, workload), port };
    const plain = await tried({ to }, ({ status }) => (status === 200) === plaintext);
    const mutual = await tried({ to, tls: known }, ({ status }) => status === 200);
    await requests.expectAt({ region: HERE, workload }, () => {
      const place = `${workload}:${port}`;
      assert.equal(plain.status, plaintext ? 200 : undefined, `plaintext to ${place}: ${plain.error ?? ""}`);
      if (!plaintext) assert.equal(plain.error, "ECONNRESET", place);
      assert.equal(plain.answer?.caller, undefined, `plaintext to ${place} has a name`);
      assert.equal(mutual.status, 200, `mutual TLS to ${place}: ${mutual.error ?? ""}`);
      assert.equal(mutual.answer?.caller, VISITOR, place);
    });
  }
}

/**
 * Expects that a workload lets in a known client by some way, and by the same way nobody who has no certificate of the
 * mesh: its application sees none of them.
 */
export async function checkForgeries(
  { mesh, requests }: Stage,
  server: Sender,
  how: Omit<Approach, "tls">,
): Promise<void> {
  const ours = await authorityOf(mesh.in(HERE));
  const known = { ...how, tls: await issue(ours, VISITOR) };
  const before = await tried(known, ({ status }) => status === 200);
  const outcomes: [string, Outcome][] = [];
  for (const [what, tls] of Object.entries(await forgeries(ours)))
    outcomes.push([what, await approach({ ...how, tls })]);
  const after = await approach(known);
  await requests.expectAt(server, () => {
    assert.equal(before.answer?.caller, VISITOR, before.error);
    assert.equal(before.answer.region, server.region);
    assert.equal(before.answer.workload, server.workload);
    for (const [what, { status, error = "" }] of outcomes) {
      assert.equal(status, undefined, `${server.workload} let in a certificate ${what}`);
      assert.match(error, /ALERT|ECONNRESET|EPROTO/, `a certificate ${what}`);
    }
    assert.equal(after.answer?.count, before.answer.count + 1, "the application saw none of them");
  });
}

/** Certificates that are none of the mesh, all with the visitor's name where they have one. */
async function forgeries(ours: Authority): Promise<Readonly<Record<string, Partial<Identity>>>> {
  const { certificate, keys } = await makeRoot("root of another mesh");
  const theirs = { certificate, key: keys.privateKey, chain: certificate.toString("pem") };
  return {
    "of another root": await issue(theirs, VISITOR),
    "of the root's own name, signed by another key": await issue({ ...ours, key: keys.privateKey }, VISITOR),
    "of another trust domain": await issue(ours, "spiffe://elsewhere.example/ns/sealed/sa/visitor"),
    "that has ended": await issue(ours, VISITOR, -60_000),
    "at all": {},
  };
}

/** Tries until the outcome is as wished; a policy takes a moment to reach the proxy. */
export async function tried(how: Approach, wished: (outcome: Outcome) => boolean): Promise<Outcome> {
  const end = Date.now() + 60_000;
  for (;;) {
    const outcome = await approach(how);
    if (wished(outcome) || Date.now() > end) return outcome;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function pods(): readonly KubeObject[] {
  return WITH_METRICS.map((name) => server(name === "mixed" ? "sealed" : "open", name, METRICS));
}
