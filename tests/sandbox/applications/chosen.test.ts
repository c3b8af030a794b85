import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { catalog } from "../../../catalog";
import { sandboxContext } from "../../../cli/sandbox/context";
import { sandboxCurl, type CurlReport } from "../../../cli/sandbox/curl";
import type { SandboxReport } from "../../../cli/sandbox/report";
import { sandboxUp } from "../../../cli/sandbox/up";
import { verifyCommand } from "../../../cli/verify/command";
import { kube } from "../../support/kube";
import { makeStanding, type Standing } from "../../support/standing";

const REGION = "eastus";
const SERVICES = [
  ...["api-gateway", "auth-service", "frontend", "notification-service"],
  ...["order-service", "payment-service", "product-service", "user-service"],
];
const never = new AbortController().signal;

describe("applications that a sandbox is told to run", () => {
  let standing: Standing;
  let report: SandboxReport;

  before(() => {
    standing = makeStanding({ proxies: true });
    for (const region of ["westeurope", "southeastasia"]) {
      standing.setRegion(region, undefined);
      standing.write(`Pulumi.${region}.yaml`, undefined);
    }
  });
  after(() => standing.remove());

  async function up(...app: string[]): Promise<SandboxReport> {
    const { program, home } = standing.context;
    return sandboxUp(sandboxContext({ program, home: home.root, app }), never);
  }

  const running = (): string[] =>
    report.workloads.map((workload) => workload.replace(/^eastus [^/]+\//, "")).toSorted();

  /** The request that the report suggests, until it is answered: istiod tells proxies of each other as they come. */
  async function suggested(): Promise<CurlReport["results"][number]> {
    const [, from = "", url = ""] = (report.example ?? "").split(" ");
    const end = Date.now() + 120_000;
    for (;;) {
      const { results } = await sandboxCurl(standing.context, url, { from });
      const [result] = results;
      if (result?.status === 200) return result;
      if (result === undefined || Date.now() > end)
        assert.fail(`${report.example ?? "no example"}: ${JSON.stringify(result)}`);
      await sleep(500);
    }
  }

  it("are the eight services of the shop, as many of their versions as there are places", async () => {
    report = await up("microservices");
    assert.deepEqual(report.applications, ["microservices"]);
    const first = SERVICES.map((name) => `${name}-v1`);
    const second = ["api-gateway", "auth-service", "frontend", "product-service", "user-service"];
    assert.deepEqual(running(), [...first, ...second.map((name) => `${name}-v2`)].toSorted());
    assert.deepEqual(report.leftOut.toSorted(), [
      "eastus microservices/notification-service-v2",
      "eastus microservices/order-service-v2",
      "eastus microservices/payment-service-v2",
    ]);
    assert.deepEqual(report.refusedProxies, []);
    assert.equal(report.proxies, 15);
  });

  it("answer the request that the report suggests, and know who asks", async () => {
    const { answer } = await suggested();
    assert.deepEqual(
      [answer?.workload, answer?.region, answer?.caller],
      ["api-gateway", REGION, "spiffe://cluster.local/ns/microservices/sa/frontend"],
    );
  });

  it("give way to others", async () => {
    report = await up("cross-cluster-test");
    assert.deepEqual(running(), ["test-app", "test-client"]);
    assert.deepEqual([report.leftOut, report.refusedProxies, report.proxies], [[], [], 3]);
    const { answer } = await suggested();
    assert.deepEqual([answer?.workload, answer?.region], ["test-app", REGION]);
    const gone = await kube(standing.context, REGION).run(["get", "namespace", "microservices"]);
    assert.match(gone.stderr, /not found/);
  });

  it("are what later commands mean, too", async () => {
    const { program, home } = standing.context;
    const skip = ["analysis"] as const;
    const found = await verifyCommand({ program, home: home.root, wait: "120", skip }, catalog, never);
    assert.deepEqual(found.faults, []);
    assert.deepEqual(standing.context.applications, ["cross-cluster-test"]);
  });
});
