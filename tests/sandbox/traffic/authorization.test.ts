import assert from "node:assert/strict";
import type { Application, Service } from "../../../istio/intent";
import type { Order, Result, Variant } from "../../../sandbox/app/settings";
import { verdict, type Question, type Verdict } from "./support/authorization.model";
import { CALLERS, fortress, openFortress, PARTNER, SERVERS, STAFF, STRANGER } from "./support/fortress";
import type { TestMesh } from "./support/mesh";
import { countBy, type Requests } from "./support/requests";
import { onStage } from "./support/shared";
import { bearer } from "./support/tokens";

const REGION = "eastus";

const METHODS = ["GET", "POST", "DELETE"];
const PATHS = [
  "/",
  "/health",
  "/x/health",
  "/api",
  "/api/items",
  "/admin",
  "/admin/users?a=1",
  "/administrator",
];
const TOKENS: readonly (Readonly<Record<string, unknown>> | undefined)[] = [
  undefined,
  { iss: STAFF.name, sub: "ann", role: "guest" },
  { iss: STAFF.name, sub: "bob", role: "admin" },
  { iss: STAFF.name, sub: "cat", role: ["reader", "admin"] },
  { iss: STAFF.name, role: true },
  { iss: PARTNER.name, sub: "dan" },
];

/** One request of the matrix, and what the model says of it. */
interface Cell {
  readonly question: Question;
  readonly variant: Variant;
  readonly expected: Verdict;
}

/** All requests from one caller to one service. */
interface Part {
  readonly caller?: Service;
  readonly server: Service;
  readonly cells: readonly Cell[];
}

/** Caller × service × method × path × token, all of them. */
function matrix(application: Application): readonly Part[] {
  const signed = TOKENS.map((claims) => {
    const issuer = claims?.["iss"] === PARTNER.name ? PARTNER : STAFF;
    return { claims, headers: claims === undefined ? {} : bearer(issuer.token(claims)) };
  });
  return [...CALLERS, undefined].flatMap((caller) =>
    application.services
      .filter(({ name }) => SERVERS.some((server) => server.name === name))
      .map((server): Part => {
        const cells = METHODS.flatMap((method) =>
          PATHS.flatMap((path) =>
            signed.map(({ claims, headers }): Cell => {
              const question: Question = {
                method,
                path,
                ...(caller === undefined
                  ? {}
                  : { caller: { namespace: caller.namespace, account: caller.serviceAccount } }),
                ...(claims === undefined ? {} : { claims }),
              };
              const expected = verdict(application, server, question);
              return { question, variant: { method, path, headers }, expected };
            }),
          ),
        );
        return { ...(caller === undefined ? {} : { caller }), server, cells };
      }),
  );
}

/** Every caller asks every service for everything, and a model of Istio's documents says what should come of it. */
describe("authorization", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  const show = async (application: Application): Promise<void> => {
    const play = { regions: [REGION], applications: [application], extra: () => [STRANGER] };
    ({ mesh, requests } = await onStage(play));
  };

  const send = async (
    { caller, server, cells }: Part,
    until?: typeof isAsExpected,
  ): Promise<readonly Result[]> => {
    const { name, namespace, port } = server;
    const order: Order = {
      url: `http://${name}.${namespace}.svc.cluster.local:${port}/`,
      variants: cells.map(({ variant }) => variant),
      concurrency: 4,
      // Whoever has no proxy finds no Service here, only pods.
      ...(caller === undefined ? { connect: `${addressOf(mesh, server)}:${port}` } : {}),
    };
    const from = { region: REGION, workload: caller?.name ?? "stranger" };
    if (until === undefined) return await requests.send(from, order);
    return await requests.until(from, order, (results) => until(cells, results));
  };

  /** Asks for all of the matrix, once the proxies follow the policies, and compares. */
  const check = async (parts: readonly Part[]): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const part of parts) {
      await send(part, isAsExpected);
      const results = await send(part);
      const { server } = part;
      await requests.expectAt({ region: REGION, workload: server.name }, () => {
        assert.deepEqual(wrongCells(part, results), []);
      });
      for (const [status, count] of Object.entries(countBy(results, ({ status }) => String(status))))
        counts[status] = (counts[status] ?? 0) + count;
    }
    return counts;
  };

  before(() => show(fortress));

  it("lets in and refuses what the catalog says, in every cell of the matrix", async () => {
    const parts = matrix(fortress);
    const cells = parts.flatMap((part) => part.cells);
    assert.ok(cells.length >= 500, `${cells.length} cells`);
    const counts = await check(parts);
    // A model that says the same of everything would be no model.
    for (const status of ["200", "401", "403"])
      assert.ok((counts[status] ?? 0) >= 50, JSON.stringify(counts));
  });

  it("refuses none of them once the catalog says nothing", async () => {
    await show(openFortress);
    const refused = ({ expected }: Cell): boolean => expected === 403;
    assert.equal(
      matrix(openFortress)
        .flatMap(({ cells }) => cells)
        .filter(refused).length,
      0,
    );
    await check(matrix(openFortress));
  });
});

function addressOf(mesh: TestMesh, { name, namespace }: Service): string {
  const found = mesh
    .in(REGION)
    .agent.dataPlane.running()
    .find(({ pod: { metadata } }) => metadata.labels?.["app"] === name && metadata.namespace === namespace);
  assert.ok(found, `${name} runs`);
  return found.address;
}

function isAsExpected(cells: readonly Cell[], results: readonly Result[]): boolean {
  return cells.every(({ expected }, index) => results[index]?.status === expected);
}

/** What went otherwise than the model says; what was let in must have been answered by the service itself. */
function wrongCells({ caller, server, cells }: Part, results: readonly Result[]): readonly string[] {
  return cells.flatMap(({ question: { method, path, claims }, expected }, index) => {
    const { status, error, answer } = results[index] ?? {};
    if (status === expected && (status === 200) === (answer?.workload === server.name)) return [];
    const from = caller === undefined ? "nobody" : `${caller.namespace}/${caller.name}`;
    const token = claims === undefined ? "no token" : JSON.stringify(claims);
    return [
      `${from} → ${server.namespace}/${server.name} ${method} ${path}, ${token}: ${status ?? error ?? "nothing"}, not ${expected}`,
    ];
  });
}
