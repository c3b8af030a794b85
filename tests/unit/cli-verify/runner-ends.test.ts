import assert from "node:assert/strict";
import { Cluster, OK, PROXY, refused, send, type ContainerState } from "./cluster";

// It does not wait for what cannot come: the test's own limit is shorter than the time that it has.
describe("the runner of test requests ends at once", () => {
  const killed = (name: string, exitCode: number, reason: string, message = ""): ContainerState => ({
    name,
    state: { terminated: { exitCode, reason, message } },
  });
  const initializing: ContainerState = {
    name: "to-eastus",
    state: { waiting: { reason: "PodInitializing" } },
  };
  const rows: readonly [string, object, readonly ContainerState[], RegExp][] = [
    [
      "a pod whose traffic is not captured",
      { phase: "Failed" },
      [killed("istio-validation", 126, "Error", "validation failed\n"), initializing],
      /its pod failed: istio-validation ended with 126: Error: validation failed →/,
    ],
    [
      "a pod that a node refuses",
      { phase: "Failed", reason: "OutOfcpu", message: "Node didn't have enough resource: cpu" },
      [],
      /its pod failed: OutOfcpu: Node didn't have enough resource: cpu →/,
    ],
    [
      "a pod that was evicted before all was sent",
      { phase: "Failed", reason: "Evicted", message: "The node was low on memory." },
      [PROXY, OK("eastus"), { name: "to-westeurope", state: { waiting: { reason: "ContainerCreating" } } }],
      /its pod failed: Evicted: The node was low on memory\. →/,
    ],
  ];
  for (const [what, status, containers, says] of rows)
    it(`with ${what}`, async () => {
      const cluster = new Cluster();
      cluster.status = status;
      cluster.pod = () => containers;
      await refused(cluster, says, 600);
    });

  it("with a Job that failed, or that somebody deleted", async () => {
    const cluster = new Cluster();
    const condition = { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "limit" };
    cluster.made = (job) => ({ ...job, status: { conditions: [condition] } });
    await refused(cluster, /its Job failed: BackoffLimitExceeded: limit →/, 600);
    const other = new Cluster();
    other.made = () => undefined;
    await refused(other, /its Job is gone: somebody else deleted it →/, 600);
  });

  it("with containers that were killed, and does not blame their image", async () => {
    const cluster = new Cluster();
    cluster.pod = () => [
      PROXY,
      killed("to-eastus", 137, "OOMKilled"),
      killed("to-westeurope", 128, "StartError"),
    ];
    const answers = await send(cluster);
    assert.deepEqual(answers.get("eastus"), {
      failed: "its container was killed with exit code 137: OOMKilled",
    });
    assert.match(JSON.stringify(answers.get("westeurope")), /curl ended with 128.*--request-image/);
    cluster.status = { phase: "Failed", reason: "Evicted", message: "The node was low on memory." };
    cluster.pod = () => [PROXY, OK("eastus"), killed("to-westeurope", 137, "Error")];
    assert.deepEqual((await send(cluster)).get("westeurope"), {
      failed: "its container was killed with exit code 137: Evicted: The node was low on memory.",
    });
  });
});
