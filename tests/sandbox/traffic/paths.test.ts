import assert from "node:assert/strict";
import { application, service, type AccessRule, type DenyRule } from "../../../istio/intent";
import type { Result } from "../../../sandbox/app/settings";
import { STRANGER } from "./support/fortress";
import type { TestMesh } from "./support/mesh";
import type { Requests, Sender } from "./support/requests";
import { onStage } from "./support/shared";
import { isBelow, readings, spellings } from "./support/spellings";

const REGION = "eastus";
const NAMESPACE = "spelled";
const PORT = 8080;

const DENY: readonly DenyRule[] = [{ name: "admin", paths: ["/admin", "/admin/*"] }];
const ACCESS: readonly AccessRule[] = [{ paths: ["/api/*", "/health"] }];

interface Rules {
  readonly deny?: readonly DenyRule[];
  readonly access?: readonly AccessRule[];
}

/** Two services, each with a rule about paths of its own, and a caller with a proxy. */
function spelled({ deny, access }: Rules) {
  const place = { namespace: NAMESPACE, port: PORT };
  return application({
    name: "spelled",
    namespaces: [{ name: NAMESPACE, mtls: "PERMISSIVE" }],
    ...(deny === undefined
      ? {}
      : { suppress: [{ code: "GM505", reason: "whether such a rule can be got by is what is tested" }] }),
    services: [
      service({ ...place, name: "guarded", ...(deny === undefined ? {} : { deny }) }),
      service({ ...place, name: "listed", ...(access === undefined ? {} : { access }) }),
      service({ ...place, name: "caller" }),
    ],
  });
}

/** Who asks: with a proxy, which writes paths anew before it sends them, and without one. */
const SENDERS: readonly Sender[] = ["caller", "stranger"].map((workload) => ({ region: REGION, workload }));

/** Nobody comes to a place by another spelling of its path. */
describe("spellings of paths", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  const show = async (rules: Rules): Promise<void> => {
    const play = { regions: [REGION], applications: [spelled(rules)], extra: () => [STRANGER] };
    ({ mesh, requests } = await onStage(play));
  };

  const send = async (from: Sender, server: string, paths: readonly string[]): Promise<readonly Result[]> =>
    await requests.send(from, {
      url: `http://${server}.${NAMESPACE}.svc.cluster.local:${PORT}/`,
      variants: paths.map((path) => ({ path })),
      concurrency: 4,
      ...(from.workload === "stranger" ? { connect: `${addressOf(mesh, server)}:${PORT}` } : {}),
    });

  /** Sends until a service refuses a path, or lets it in. */
  const settle = async (server: string, path: string, status: number): Promise<void> => {
    for (const from of SENDERS) {
      const end = Date.now() + 60_000;
      for (;;) {
        const [result] = await send(from, server, [path]);
        if (result?.status === status || Date.now() > end) break;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  };

  before(() => show({ deny: DENY, access: ACCESS }));

  it("lead to no path that a deny rule names", async () => {
    await settle("guarded", "/admin", 403);
    const paths = spellings("admin");
    assert.ok(paths.filter(meansAdmin).length > paths.length / 2, "spellings of another path");
    for (const from of SENDERS) {
      const results = await send(from, "guarded", paths);
      await requests.expectAt({ region: REGION, workload: "guarded" }, () => {
        assert.deepEqual(passed(paths, results, meansAdmin), []);
      });
    }
  });

  it("lead to no path that an access rule leaves out", async () => {
    await settle("listed", "/admin", 403);
    // In turn beside what is let in, below it, and below it on the way out of it.
    const bases = ["", "/api", "/api/..", "/api/..;", "/api/..%3b"];
    const paths = spellings("admin").map((path, index) => `${bases[index % bases.length] ?? ""}${path}`);
    const outside = (path: string): boolean => path !== "/health" && !isBelow("/api", path);
    for (const from of SENDERS) {
      const results = await send(from, "listed", paths);
      await requests.expectAt({ region: REGION, workload: "listed" }, () => {
        assert.deepEqual(
          passed(paths, results, (path) => readings(path).some(outside)),
          [],
        );
      });
    }
  });

  it("keep other paths as open as they were", async () => {
    const others = ["/", "/x/admin", "/administrator", "/x/../y", "//x", "/x%2fy", "/x/%61", "/x?a=/admin;b"];
    const below = ["/health", "/api/x", "/x/../api/x", "//api//x", "/api/x%2fy", "/api/admin", "/api/?a=;"];
    for (const from of SENDERS)
      for (const [server, paths] of [["guarded", others] as const, ["listed", below] as const]) {
        const results = await send(from, server, paths);
        await requests.expectAt({ region: REGION, workload: server }, () => {
          assert.deepEqual(
            paths.filter((_path, index) => results[index]?.status !== 200),
            [],
          );
        });
      }
  });

  it("pass where no rule is left, so that it was the rules that refused them", async () => {
    await show({});
    await settle("guarded", "/admin", 200);
    await settle("listed", "/admin", 200);
    const paths = spellings("admin").filter((_path, index) => index % 7 === 0);
    for (const server of ["guarded", "listed"])
      for (const from of SENDERS) {
        const results = await send(from, server, paths);
        assert.ok(passed(paths, results, meansAdmin).length > paths.length / 2, server);
      }
  });
});

/** How a path is refused: as no path at all, by a rule, or by another path that the caller is told to ask for. */
const REFUSALS: readonly number[] = [301, 302, 307, 308, 400, 403, 404];

function meansAdmin(path: string): boolean {
  return readings(path).some((reading) => isBelow("/admin", reading));
}

/** What came through though the application could take it for what it must not; with the path that it got. */
function passed(
  paths: readonly string[],
  results: readonly Result[],
  isForbidden: (path: string) => boolean,
): readonly string[] {
  assert.equal(results.length, paths.length);
  return paths.flatMap((path, index) => {
    const { status, error, answer } = results[index] ?? {};
    assert.ok(status !== undefined, `${path}: ${error ?? "no answer"}`);
    // Any other status, 503 above all, may be what is left of an application that was reached.
    assert.ok(
      answer !== undefined ? status === 200 : REFUSALS.includes(status),
      `${path}: ${String(status)} says neither that it was let in nor that it was refused`,
    );
    return answer !== undefined && isForbidden(answer.path) ? [`${path} as ${answer.path}`] : [];
  });
}

function addressOf(mesh: TestMesh, name: string): string {
  const found = mesh
    .in(REGION)
    .agent.dataPlane.running()
    .find(({ pod }) => pod.metadata.labels?.["app"] === name);
  assert.ok(found, `${name} runs`);
  return found.address;
}
