import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import { sandboxEnvironment } from "../../../cli/sandbox/environment";
import { analyze } from "../../../cli/verify/ask/analyze";
import { askCluster } from "../../../cli/verify/ask/cluster";
import { forwardedDoor } from "../../../cli/verify/ask/forward";
import type { Asked } from "../../../cli/verify/check";
import { testApplicationOf } from "../../../cli/verify/requests/application";
import { REQUEST_IMAGE } from "../../../cli/verify/requests/job";
import { JobRunner } from "../../../cli/verify/requests/runner";
import { KubeClient } from "../../../sandbox/kube";
import { documentedRoles, type RoleObject } from "../../support/rights";
import { eventually } from "../node/support/cluster";
import { HERE, must, verified } from "./support";

const VERIFIER = { name: "verifier", namespace: "default" };
const SIGNAL = new AbortController().signal;

/** Somebody who signs in with what the guide lists, and with nothing else, can ask everything. */
describe("the rights that the guide of mesh verify lists", () => {
  const standing = verified();
  const tests = testApplicationOf(catalog) ?? assert.fail("no test application");
  let kubeconfig: string;
  let client: KubeClient;

  before("let somebody sign in who may do nothing yet", async () => {
    await must(HERE, ["create", "-f", "-"], {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: VERIFIER,
    });
    kubeconfig = await signedIn();
    client = KubeClient.fromKubeconfig(kubeconfig);
  });
  after(async () => {
    client.close();
    for (const object of documentedRoles().flatMap((role) => [role, bindingOf(role)]))
      await must(HERE, ["delete", "--ignore-not-found", "-f", "-"], object);
    await must(HERE, ["-n", VERIFIER.namespace, "delete", "serviceaccount", VERIFIER.name]);
  });

  /** The kubeconfig of the cluster's operator, with the verifier's token in place of the operator's. */
  async function signedIn(): Promise<string> {
    const view = JSON.parse(await must(HERE, ["config", "view", "--minify", "--raw", "-o", "json"])) as {
      contexts: { context: { user: string } }[];
    };
    const token = await must(HERE, ["-n", VERIFIER.namespace, "create", "token", VERIFIER.name]);
    const user = view.contexts[0]?.context.user ?? assert.fail("no context");
    return JSON.stringify({ ...view, users: [{ name: user, user: { token: token.trim() } }] });
  }

  function bindingOf({ kind, metadata }: RoleObject): object {
    return {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: metadata.name },
      subjects: [{ kind: "ServiceAccount", ...VERIFIER }],
    };
  }

  /** What of a cluster may not be asked. */
  async function refused(): Promise<readonly string[]> {
    const facts = await askCluster({
      client,
      // Its pages come through the port that is forwarded below; here the pods are looked for alone.
      door: { get: () => Promise.resolve("[]") },
      isSimulated: () => false,
      tests,
      signal: SIGNAL,
    });
    return Object.entries(facts).flatMap(([name, asked]: [string, Asked<unknown> | string]) =>
      typeof asked === "object" && "failed" in asked ? [name] : [],
    );
  }

  /** What the API server says of a port that it is to forward: no kubelet does it here, so it always refuses. */
  async function forwarding(): Promise<string> {
    const pod = await must(HERE, ["-n", "istio-system", "get", "pods", "-l", "app=istiod", "-o", "name"]);
    const istiod = {
      namespace: "istio-system",
      name: pod.trim().split("\n")[0]?.replace("pod/", "") ?? "",
      revision: "default",
    };
    return await forwardedDoor({ kubeconfig, context: undefined, sign: () => client.sign(), signal: SIGNAL })
      .get(istiod, "/version")
      .catch((error: unknown) => String(error));
  }

  it("are asked for: without them next to nothing may be", async () => {
    assert.deepEqual(await refused(), [
      "controlPlane",
      "istiods",
      "remoteSecrets",
      "proxyPods",
      "inhabited",
      "authority",
      "publishedRoots",
      "policies",
      "testWorkloads",
    ]);
    assert.match(await forwarding(), /403/);
  });

  it("are enough for clusters, istiods, the analyzers and requests", async () => {
    for (const role of documentedRoles()) {
      await must(HERE, ["apply", "-f", "-"], role);
      await must(HERE, ["apply", "-f", "-"], bindingOf(role));
    }
    await eventually("the rights to be known", 120_000, async () =>
      (await refused()).length === 0 ? true : undefined,
    );
    assert.doesNotMatch(await forwarding(), /403/);

    const cluster = `${HERE}-cluster`;
    const messages = await analyze({
      cluster,
      others: [],
      revision: "default",
      kubeconfigs: new Map([[cluster, kubeconfig]]),
      env: sandboxEnvironment(standing.context.home),
      signal: SIGNAL,
    });
    assert.ok(Array.isArray(messages));

    const notes: string[] = [];
    const answers = await new JobRunner(REQUEST_IMAGE).send({
      client,
      from: HERE,
      to: [HERE],
      tests,
      report: () => undefined,
      note: (words) => notes.push(words),
      signal: SIGNAL,
    });
    assert.deepEqual([[...answers.keys()], notes], [[HERE], []]);
  });
});
