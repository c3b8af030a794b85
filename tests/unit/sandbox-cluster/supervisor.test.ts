import assert from "node:assert/strict";
import { Supervisor, type Component } from "../../../sandbox/cluster";

/** A control plane whose servers start, or fail with words, as the test says. */
function bench(answers: Partial<Record<Component, (string | undefined)[]>> = {}, attempts = 3) {
  const calls: string[] = [];
  const log: string[] = [];
  const supervisor = new Supervisor(
    {
      startComponent: async (component) => {
        calls.push(`start ${component}`);
        await Promise.resolve();
        const why = answers[component]?.shift();
        if (why !== undefined) throw new Error(why);
      },
      stopComponent: (component) => {
        calls.push(`stop ${component}`);
        return Promise.resolve();
      },
    },
    { attempts, pauseMs: 1, log: (line) => log.push(line) },
  );
  return { supervisor, calls, log };
}

describe("supervision of a control plane", () => {
  it("starts a server again that ended by itself, and names it until it runs", async () => {
    const { supervisor, calls, log } = bench();
    supervisor.ended("etcd", "ended by itself (SIGKILL)");
    assert.deepEqual(supervisor.troubles(), [
      { component: "etcd", state: "restarting", why: "ended by itself (SIGKILL)" },
    ]);
    await supervisor.settled();
    assert.deepEqual(supervisor.troubles(), []);
    assert.deepEqual(calls, ["start etcd"]);
    assert.deepEqual(log, ["etcd was started again"]);
  });

  it("starts servers after those that they need", async () => {
    const { supervisor, calls } = bench({ etcd: ["no disk"] });
    supervisor.ended("kube-controller-manager", "a");
    supervisor.ended("kube-apiserver", "b");
    supervisor.ended("etcd", "c");
    await supervisor.settled();
    assert.deepEqual(calls.filter((call) => call.startsWith("start")).slice(-2), [
      "start kube-apiserver",
      "start kube-controller-manager",
    ]);
  });

  it("gives up after a bounded number of starts, and says why", async () => {
    const { supervisor, calls, log } = bench({ etcd: ["one", "two", "three"] });
    supervisor.ended("etcd", "ended by itself (code 1)");
    await supervisor.settled();
    assert.equal(calls.filter((call) => call === "start etcd").length, 3);
    assert.deepEqual(supervisor.troubles(), [{ component: "etcd", state: "failed", why: "three" }]);
    assert.deepEqual(log, ["etcd is given up after 3 starts: three"]);
  });

  it("counts starts over several deaths", async () => {
    const { supervisor, calls } = bench();
    for (let death = 0; death < 6; death += 1) {
      supervisor.ended("kube-apiserver", "ended by itself (code 1)");
      await supervisor.settled();
    }
    assert.equal(calls.length, 3);
    assert.equal(supervisor.troubles()[0]?.state, "failed");
  });

  it("starts nothing once it is stopped", async () => {
    const { supervisor, calls } = bench();
    supervisor.stop();
    supervisor.ended("etcd", "x");
    await supervisor.settled();
    assert.deepEqual(calls, []);
  });
});
