import assert from "node:assert/strict";
import { isShort, readinessOf, waitIstiod } from "../../../cli/sandbox/deployments";
import type { KubeClient, KubeObject, ListOptions } from "../../../sandbox/kube";

type Lister = Pick<KubeClient, "list">;

const deployment = (name: string, replicas: number, readyReplicas?: number): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "istio-system", labels: { app: name } },
  spec: { replicas },
  status: readyReplicas === undefined ? {} : { readyReplicas },
});

describe("the wait for an istiod", () => {
  const { signal } = new AbortController();
  const reports: string[] = [];
  beforeEach(() => reports.splice(0));
  const wait = (kube: Lister, timeoutMs?: number): Promise<void> =>
    waitIstiod(kube, {
      region: "eastus",
      verify: "npx mesh verify --home h",
      report: (detail) => reports.push(detail),
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });

  it("fails at once where it was scaled to nothing, with what to ask", async () => {
    await assert.rejects(wait({ list: () => Promise.resolve([deployment("istiod", 0)]) }), {
      message:
        "No istiod runs in eastus: istio-system/istiod: 0 of 0 replicas ready. To find out why: npx mesh verify --home h",
    });
    await assert.rejects(wait({ list: () => Promise.resolve([]) }), /there is no Deployment of istiod/);
    assert.deepEqual(reports, []);
  });

  it("gives one that starts its time, and no more", async () => {
    const kube: Lister = { list: () => Promise.resolve([deployment("istiod", 2)]) };
    await assert.rejects(wait(kube, 0), /istio-system\/istiod: 0 of 2 replicas ready\./);
    let asked = 0;
    const starting: Lister = {
      list: ({ labelSelector }: ListOptions) => {
        assert.equal(labelSelector, "app=istiod");
        return Promise.resolve([deployment("istiod", 2, asked++)]);
      },
    };
    await wait(starting);
    assert.deepEqual(
      reports.at(-1),
      "waiting for istiod of eastus: istio-system/istiod: 0 of 2 replicas ready",
    );
  });
});

describe("what a Deployment lacks", () => {
  it("are pods that are not ready; none at all is a lack of istiod only", async () => {
    const all = [deployment("z", 0), deployment("y", 2, 2), deployment("x", 2, 1), deployment("istiod", 0)];
    const found = await readinessOf({ list: () => Promise.resolve(all) });
    assert.deepEqual(
      found.filter(isShort).map(({ name }) => name),
      ["istio-system/istiod", "istio-system/x"],
    );
  });
});
