import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../../sandbox/kube";
import { AttachedPlugin } from "./support/attached";
import { lab } from "./support/lab";

const VIRTUAL_SERVICE = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  namespace: "production",
  name: "ai-agent",
};

describe("a plugin that outlives its engine", () => {
  const shared = lab();
  let plugin: AttachedPlugin | undefined;

  afterEach(async () => {
    shared.hold.release();
    await plugin?.end();
  });

  /** Kills an update while the API server holds a write of the plugin's, which then goes on. */
  async function killed(target: string, kind: string, finished: () => Promise<boolean>): Promise<void> {
    plugin = await AttachedPlugin.start(shared.context, "kubernetes");
    const run = await shared.heldUpdate(target, kind, plugin.env);
    run.kill("SIGKILL");
    await run.ended;
    assert.ok(plugin.running, "it ended with the engine");
    assert.equal(await finished(), false);
    shared.hold.release();
    const end = Date.now() + 120_000;
    while (!(await finished())) {
      assert.ok(Date.now() < end, "it did not finish its call");
      await sleep(100);
    }
    await plugin.end();
  }

  async function converges(): Promise<void> {
    assert.equal(await shared.repair(), 2, "the lock and the operation");
    await shared.up();
    const { lost, twice } = await shared.audit();
    assert.deepEqual({ lost, twice }, { lost: [], twice: [] });
  }

  it("makes an object that no state knows; the repair finds it", async () => {
    await killed(
      "production/VirtualService/ai-agent",
      "VirtualService",
      async () => (await shared.kube().get(VIRTUAL_SERVICE)) !== undefined,
    );
    await converges();
  });

  it("installs a chart that no state knows; the repair finds it", async () => {
    const deployed = ({ metadata }: KubeObject): boolean => metadata.labels?.["status"] === "deployed";
    await killed("istio-ingressgateway", "Deployment", async () => {
      const labelSelector = "owner=helm,name=istio-ingressgateway";
      const records = await shared.kube().list({ apiVersion: "v1", kind: "Secret", labelSelector });
      return records.some(deployed);
    });
    await converges();
  });
});
