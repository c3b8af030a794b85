import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContainerRun } from "../../../sandbox/node/container-run";
import type { ContainerHost } from "../../../sandbox/node/container-host";
import type { Container } from "../../../sandbox/node/types";
import { FakeProcesses, gate, settled } from "./fakes";
import { containerOf } from "./support";

describe("a container that is run as a process", () => {
  let folder: string;
  let processes: FakeProcesses;
  let events: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "global-mesh-container-"));
    processes = new FakeProcesses();
    events = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const runOf = (fields: Partial<Container> = {}, more: Partial<ContainerHost> = {}) =>
    new ContainerRun(
      containerOf(fields),
      {
        registry: processes.registry,
        processName: "main",
        logFile: join(folder, "log"),
        workingFolder: folder,
        address: "127.0.0.1",
        restartPolicy: "Always",
        command: () => Promise.resolve({ command: "true", args: [], env: {} }),
        onChange: () => undefined,
        onEvent: (_type, reason, message) => void events.push(`${reason}: ${message}`),
        ...more,
      },
      0,
    );

  for (const [kind, probe] of [
    ["Startup", { startupProbe: { tcpSocket: { port: "none" } } }],
    ["Readiness", { readinessProbe: { httpGet: { port: "none" } } }],
    ["Liveness", { livenessProbe: { tcpSocket: { port: "none" } } }],
  ] as const)
    it(`runs on with a ${kind} probe of a port that it does not have, which an event says`, async () => {
      const one = runOf(probe);
      const run = one.run();
      await settled();
      assert.deepEqual([...processes.running], ["main"]);
      assert.equal(one.view.ready, kind === "Liveness");
      assert.ok(
        events.includes(
          `Unhealthy: ${kind} probe errored: probe of container main: it has no port named "none".`,
        ),
        events.join("\n"),
      );
      await one.stop(0);
      await run;
    });

  it("has ended only when a start that was under way is over, and starts nothing more then", async () => {
    const { opened, open } = gate();
    const one = runOf(
      {},
      {
        command: async () => {
          await opened;
          return { command: "true", args: [], env: {} };
        },
      },
    );
    const run = one.run();
    let isOver = false;
    const stopped = one.stop(0).then(() => (isOver = true));
    await settled();
    assert.equal(isOver, false);
    open();
    await Promise.all([stopped, run]);
    assert.deepEqual(processes.started, []);
  });

  it("ends a process that comes when it was told to end already", async () => {
    const { opened, open } = gate();
    processes.mayStart = opened;
    const one = runOf();
    const run = one.run();
    await settled();
    const stopped = one.stop(0);
    await settled();
    open();
    await Promise.all([stopped, run]);
    assert.deepEqual([processes.started, [...processes.running]], [["main"], []]);
  });
});
