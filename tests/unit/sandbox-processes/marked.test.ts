import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { endProcess } from "../../../sandbox/processes";
import {
  CONTAINER_MARK,
  processesOfContainer,
  processesOfContainersIn,
} from "../../../sandbox/processes/marked";

const FOLDER = `/no/such/sandbox-${process.pid}/pods`;
const ROOT = `${FOLDER}/shop_cart_1/containers/istio-proxy`;

/** A process with a child, as pilot-agent has Envoy. */
async function withChild(root: string): Promise<ChildProcess> {
  const script =
    "require('node:child_process').spawn('sleep', ['60']).once('spawn', () => console.log('ready'));";
  const child = spawn(process.execPath, ["-e", `${script} setInterval(() => {}, 1000)`], {
    env: { [CONTAINER_MARK]: root, PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child.stdout, "data");
  return child;
}

describe("processes of a container", () => {
  const programs = (root: string): string[] =>
    processesOfContainer(root)
      .map(({ program }) => program)
      .toSorted();

  afterEach(async () => {
    await Promise.all(processesOfContainersIn(FOLDER).map((one) => endProcess(one, 0)));
  });

  it("are those that it started, and what they started", async () => {
    await withChild(ROOT);
    await withChild(`${ROOT}-other`);
    assert.deepEqual(programs(ROOT), ["node", "sleep"]);
    assert.equal(processesOfContainersIn(FOLDER).length, 4);
    assert.deepEqual(processesOfContainersIn(`${FOLDER}/shop_cart`), []);
  });

  it("are found when the first of them was killed and the rest is nobody's child any more", async () => {
    const first = await withChild(ROOT);
    const ended = once(first, "exit");
    first.kill("SIGKILL");
    await ended;
    assert.deepEqual(programs(ROOT), ["sleep"]);
  });
});
