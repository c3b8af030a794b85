import assert from "node:assert/strict";
import { allEnded, type EngineRun } from "./support/engine";
import { lab, REGION, UP } from "./support/lab";

const POLICY = "production/VirtualService/ai-agent";

describe("a stack that is locked", () => {
  const shared = lab();
  let run: EngineRun;

  before(async () => {
    run = await shared.heldUpdate(POLICY, "VirtualService");
    // It stays in the middle of its update however long the tests take.
    run.kill("SIGSTOP");
  });

  after(() => run.kill("SIGKILL"));

  it("by an update that runs: a second one is refused and says who holds it", async () => {
    const { code, text } = await shared.start(UP).ended;
    assert.notEqual(code, 0);
    assert.match(text, /the stack is currently locked by 1 lock\(s\)/);
    assert.match(text, new RegExp(`created by \\S+@\\S+ \\(pid ${run.pid}\\) at `));
  });

  it("by an update that runs: mesh repair and mesh sandbox up are refused, say who, and take nothing", async () => {
    const who = new RegExp(`Stack ${REGION} is locked by .*process ${run.pid}, since .*which runs`);
    await assert.rejects(shared.repair(), who);
    await assert.rejects(shared.standing.up(), who);
    assert.ok(run.running, "the holder was left alone");
  });

  it("by an update that was killed: the next one is refused, mesh sandbox up gives the lock back and repairs", async () => {
    run.kill("SIGKILL");
    await run.ended;
    await allEnded(shared.context, 60_000);
    shared.hold.release();
    const { code, text } = await shared.start(UP).ended;
    assert.notEqual(code, 0);
    assert.match(text, /currently locked by 1 lock\(s\)/);
    await shared.standing.up();
    const { lost, twice } = await shared.audit();
    assert.deepEqual({ lost, twice }, { lost: [], twice: [] });
  });
});
