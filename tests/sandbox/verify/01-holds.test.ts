import assert from "node:assert/strict";
import { exitCodeOf } from "../../../cli/verify/report";
import { testApplicationOf } from "../../../cli/verify/requests/application";
import { JOB_LABELS, requestJob } from "../../../cli/verify/requests/job";
import { catalog } from "../../../catalog";
import { eventually } from "../node/support/cluster";
import { HERE, must, NAMESPACE, statesOf, THERE, verified, verify } from "./support";

const OURS = `app.kubernetes.io/component=${JOB_LABELS["app.kubernetes.io/component"]}`;

/** What a mesh says of itself in which all is well, and that nothing of the question stays. */
describe("mesh verify of a mesh with proxies", () => {
  const standing = verified();

  before("bring it up", async () => {
    const report = await standing.up();
    assert.deepEqual(report.refusedProxies, []);
  });

  const jobs = (region: string): Promise<string> =>
    must(region, ["-n", NAMESPACE, "get", "jobs,pods", "-l", OURS, "-o", "name"]);

  /** Pods go a moment after their Job. */
  async function assertNoJobs(): Promise<void> {
    for (const region of [HERE, THERE])
      await eventually(`no Jobs in ${region}`, 120_000, async () =>
        (await jobs(region)) === "" ? true : undefined,
      );
  }

  it("holds, every region is answered in every region, and no Job stays", async () => {
    const report = await verify({ wait: "120" });
    assert.deepEqual(report.faults, []);
    assert.deepEqual(
      report.checks.filter(({ state }) => state !== "holds"),
      [],
    );
    assert.deepEqual(statesOf(report, "requests"), {
      [HERE]: "holds: 2 of 2 answered",
      [THERE]: "holds: 2 of 2 answered",
    });
    assert.equal(exitCodeOf(report), 0);
    await assertNoJobs();
  });

  it("lets a Job end with its proxy, and removes one that a killed command left", async () => {
    const tests = testApplicationOf(catalog) ?? assert.fail("no test application");
    await must(
      HERE,
      ["create", "-f", "-"],
      requestJob({ name: "mesh-verify-left", tests, image: "curlimages/curl:8", to: [HERE] }),
    );
    await must(HERE, [
      ...["-n", NAMESPACE, "wait", "job/mesh-verify-left", "--for=condition=complete", "--timeout=150s"],
    ]);
    assert.match(await jobs(HERE), /job.batch\/mesh-verify-left/);
    const report = await verify({ wait: "0", region: [HERE], skip: ["analysis"] });
    assert.deepEqual(report.faults, []);
    await assertNoJobs();
  });

  it("removes its Job when it is ended meanwhile", async () => {
    const controller = new AbortController();
    const running = verify({ wait: "0", skip: ["analysis"] }, controller.signal);
    running.catch(() => undefined);
    await eventually("a Job", 120_000, async () => ((await jobs(HERE)) === "" ? undefined : true));
    controller.abort(new Error("ended by SIGINT"));
    await assert.rejects(running);
    await assertNoJobs();
  });

  it("says which image it needs where another one does not send", async () => {
    const report = await verify({
      wait: "0",
      region: [HERE],
      skip: ["analysis"],
      requestImage: "example.org/sender:1",
    });
    assert.equal(exitCodeOf(report), 1);
    assert.match(report.faults[0]?.cause ?? "", /curl 8\.3 or later \(--request-image\)/);
  });
});
