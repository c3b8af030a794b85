import assert from "node:assert/strict";
import type { KubeClient, KubeObject } from "../../../sandbox/kube";
import { blockers } from "../../../sandbox/plugins/kubernetes/blockers";
import { waitForToken, waitUntilGone } from "../../../sandbox/plugins/kubernetes/wait";

/** A cluster that answers each GET with the next of the given objects, the last one for ever. */
function cluster(...answers: (KubeObject | undefined)[]): KubeClient {
  let asked = 0;
  return {
    get: (ref: { kind: string }) =>
      Promise.resolve(
        ref.kind === "ServiceAccount" ? undefined : answers[Math.min(asked++, answers.length - 1)],
      ),
  } as unknown as KubeClient;
}

const secret = (data?: object): KubeObject => ({
  apiVersion: "v1",
  kind: "Secret",
  type: "kubernetes.io/service-account-token",
  metadata: {
    name: "t",
    namespace: "n",
    uid: "1",
    annotations: { "kubernetes.io/service-account.name": "reader" },
  },
  ...(data === undefined ? {} : { data }),
});
const REF = { apiVersion: "v1", kind: "Secret", namespace: "n", name: "t" };

describe("waits of the kubernetes stand-in", () => {
  it("end when the object is gone, or another has its name", async () => {
    await waitUntilGone(cluster(secret(), secret(), undefined), REF, "1", { timeoutMs: 5000 });
    await waitUntilGone(cluster(secret()), REF, "another uid", { timeoutMs: 5000 });
  });

  it("name what blocks a deletion at the time limit", async () => {
    const held = secret();
    held.metadata = {
      ...held.metadata,
      finalizers: ["example.com/hold"],
      deletionTimestamp: "2026-01-01T00:00:00Z",
    };
    await assert.rejects(
      waitUntilGone(cluster(held), REF, "1", { timeoutMs: 60 }),
      /Secret n\/t was not deleted: being deleted since 2026-01-01T00:00:00Z; finalizers: example\.com\/hold; look at it with: kubectl get Secret t -n n -o yaml \(it took longer than 0\.06 s\)/,
    );
  });

  it("name what is left in a namespace", () => {
    const namespace: KubeObject = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "n", deletionTimestamp: "2026-01-01T00:00:00Z" },
      spec: { finalizers: ["kubernetes"] },
      status: {
        conditions: [
          {
            type: "NamespaceContentRemaining",
            status: "True",
            message: "widgets.example.com has 1 instances",
          },
          { type: "NamespaceDeletionDiscoveryFailure", status: "False", message: "All resources discovered" },
        ],
      },
    };
    assert.equal(
      blockers(namespace),
      "being deleted since 2026-01-01T00:00:00Z; finalizers: kubernetes; widgets.example.com has 1 instances; " +
        "look at it with: kubectl get Namespace n -o yaml",
    );
  });

  it("end at once when cancelled", async () => {
    const signal = AbortSignal.abort();
    const started = Date.now();
    await assert.rejects(
      waitUntilGone(cluster(secret()), REF, "1", { timeoutMs: 60_000, signal }),
      /the wait was cancelled/,
    );
    assert.ok(Date.now() - started < 1000);
  });

  it("see a token filled in", async () => {
    const filled = await waitForToken(cluster(secret(), secret({ token: "eA==" })), secret(), {
      timeoutMs: 5000,
    });
    assert.deepEqual(filled.data, { token: "eA==" });
  });

  it("name the service account that a token lacks", async () => {
    const expected = /Secret n\/t got no token: ServiceAccount n\/reader does not exist; create it first/;
    await assert.rejects(waitForToken(cluster(secret()), secret(), { timeoutMs: 60 }), expected);
    // The token controller deletes the Secret of an account that is not there.
    await assert.rejects(waitForToken(cluster(undefined), secret(), { timeoutMs: 60 }), expected);
  });
});
