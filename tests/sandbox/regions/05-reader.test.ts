import assert from "node:assert/strict";
import { parse } from "yaml";
import { readerAccess, type PolicyRule } from "../../../istio/link";
import { KubeClient } from "../../../sandbox/kube";
import { kube } from "../../support/kube";
import { sharedStanding } from "../../support/standing";

interface RulesReview {
  readonly status: { readonly incomplete: boolean; readonly resourceRules: readonly Partial<PolicyRule>[] };
}

interface Secret {
  readonly data: Readonly<Record<string, string>>;
}

/** One permission a line, so that a difference names exactly what is too much or missing. */
function permissions(rules: readonly Partial<PolicyRule>[]): Set<string> {
  return new Set(
    rules.flatMap((rule) =>
      (rule.verbs ?? []).flatMap((verb) =>
        (rule.apiGroups ?? [""]).flatMap((group) =>
          (rule.resources ?? []).flatMap((resource) =>
            (rule.resourceNames?.length ? rule.resourceNames : ["*"]).map(
              (name) => `${verb} ${group || "core"}/${resource} ${name}`,
            ),
          ),
        ),
      ),
    ),
  );
}

async function may(client: KubeClient, namespace: string): Promise<Set<string>> {
  const review = await client.request<RulesReview>({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } },
  });
  assert.equal(review.status.incomplete, false);
  return permissions(review.status.resourceRules);
}

describe("the reader credential", () => {
  const { context } = sharedStanding();
  let reader: KubeClient;
  let everybody: KubeClient;

  before("take it out of a peer's remote secret, where istiod reads it", async () => {
    const cluster = kube(context, "westeurope");
    const secret = await cluster.json<Secret>([
      "-n",
      "istio-system",
      "get",
      "secret",
      "istio-remote-secret-eastus-cluster",
    ]);
    const text = Buffer.from(secret.data["eastus-cluster"] ?? "", "base64").toString();
    reader = KubeClient.fromKubeconfig(text);
    // What every service account may do: the difference is what ours was given.
    const token = await kube(context, "eastus").run(["-n", "default", "create", "token", "default"]);
    assert.equal(token.code, 0, token.stderr);
    const config = parse(text) as {
      clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
    };
    const target = config.clusters[0]?.cluster;
    assert.ok(target);
    everybody = KubeClient.direct({
      server: target.server,
      caData: target["certificate-authority-data"],
      token: token.stdout.trim(),
    });
  });

  for (const namespace of ["istio-system", "production"]) {
    it(`may do in ${namespace} what istiod needs to sync, and nothing else, by the API server's own answer`, async () => {
      const access = readerAccess(["default"]);
      const wanted = permissions([
        ...access.cluster,
        ...(namespace === "istio-system" ? access.rootNamespace : []),
      ]);
      const given = await may(reader, namespace);
      const common = await may(everybody, namespace);
      assert.deepEqual([...given].filter((entry) => !common.has(entry)).toSorted(), [...wanted].toSorted());
    });
  }

  it("is refused a write", async () => {
    await assert.rejects(
      reader.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "written-by-reader", namespace: "production" },
      }),
      /forbidden/i,
    );
  });
});
