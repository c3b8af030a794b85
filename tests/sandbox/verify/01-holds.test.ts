import assert from "node:assert/strict";
import { exitCodeOf } from "../../../cli/verify/report";
import { eventually } from "../node/support/cluster";
import { HERE, leftJob, must, NAMESPACE, OURS, statesOf, THERE, verified, verify } from "./support";

/** What a mesh says of itself in which all is well, and that nothing of the question stays. */
describe("mesh verify of a mesh with proxies", () => {
  const standing = verified();

  before("bring it up", async () => {
    const report = await standing.up();
    assert.deepEqual(report.refusedProxies, []);
  });

  const ours = (region: string, kinds: string): Promise<string> =>
    must(region, ["-n", NAMESPACE, "get", kinds, "-l", OURS, "-o", "name"]);

  /**
   * A Job goes at once: those that have ended go by themselves within a minute, which would be no proof. Its pod goes a
   * moment later.
   */
  async function assertNoJobs(): Promise<void> {
    for (const region of [HERE, THERE]) assert.equal(await ours(region, "jobs"), "");
    for (const region of [HERE, THERE])
      await eventually(`no pods of Jobs in ${region}`, 120_000, async () =>
        (await ours(region, "pods")) === "" ? true : undefined,
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

  it("lets a Job end with its proxy, and leaves one alone that another run may be reading", async () => {
    await must(HERE, ["create", "-f", "-"], leftJob("mesh-verify-others"));
    const others = ["-n", NAMESPACE, "job/mesh-verify-others"] as const;
    await must(HERE, ["wait", ...others, "--for=condition=complete", "--timeout=150s"]);
    const report = await verify({ wait: "120", region: [HERE], skip: ["analysis"] });
    assert.deepEqual(report.faults, []);
    assert.equal((await ours(HERE, "jobs")).trim(), "job.batch/mesh-verify-others");
    await must(HERE, ["delete", ...others]);
    await assertNoJobs();
  });

  it("removes its Job when it is ended meanwhile", async () => {
    const controller = new AbortController();
    const running = verify({ wait: "0", skip: ["analysis"] }, controller.signal);
    running.catch(() => undefined);
    await eventually("a Job", 120_000, async () => ((await ours(HERE, "jobs")) === "" ? undefined : true));
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
