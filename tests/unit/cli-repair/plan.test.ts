import assert from "node:assert/strict";
import { ARM_PATHS } from "../../../cli/repair/azure";
import { identify, type Outside } from "../../../cli/repair/identify";
import { planRepair, UNCONFIRMED } from "../../../cli/repair/plan";
import type { StateResource } from "../../../cli/repair/state";
import { TOKENS } from "../../../sandbox/plugins/azure-native/tokens";
import { deployment, group, network, NETWORK_ID, pending, resource, SUBSCRIPTION } from "./support";

const metadata = (name: unknown, namespace?: unknown): Partial<StateResource> => ({
  inputs: { metadata: { name, ...(namespace === undefined ? {} : { namespace }) } },
});
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" };

describe("repair: the id of what was being made", () => {
  const id = (text: string): Outside => ({ kind: "id", id: text });
  const none: Outside = { kind: "none" };
  const cases: readonly (readonly [what: string, of: StateResource, outside: Outside | "unknown"])[] = [
    ["an Azure resource", network, id(NETWORK_ID)],
    [
      "an API version in the token",
      { ...network, type: "azure-native:network/v20240501:VirtualNetwork" },
      id(NETWORK_ID),
    ],
    [
      "a scope that ends with a slash",
      resource("azure-native:authorization:RoleAssignment", "r", {
        inputs: { scope: "/subscriptions/s/", roleAssignmentName: "u" },
      }),
      id("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/u"),
    ],
    ["an Azure type that is not known", resource("azure-native:web:WebApp", "w", { inputs: {} }), "unknown"],
    ["an Azure name that is not there", { ...network, inputs: { resourceGroupName: "g" } }, "unknown"],
    ["a namespaced object", resource("kubernetes:core/v1:Secret", "s", metadata("s", "team")), id("team/s")],
    [
      "an object of the default namespace",
      resource("kubernetes:core/v1:Secret", "s", metadata("s")),
      id("s"),
    ],
    [
      "an object of the cluster, with a namespace all the same",
      resource("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "r", metadata("r", "team")),
      id("r"),
    ],
    [
      "a custom resource",
      resource("kubernetes:networking.istio.io/v1:VirtualService", "v", metadata("v", "team")),
      id("team/v"),
    ],
    ["a secret name", resource("kubernetes:core/v1:Secret", "s", metadata(secret, "team")), "unknown"],
    ["a secret namespace", resource("kubernetes:core/v1:Secret", "s", metadata("s", secret)), "unknown"],
    ["a patch", resource("kubernetes:core/v1:ConfigMapPatch", "p", metadata("p", "team")), none],
    [
      "a release",
      resource("kubernetes:helm.sh/v3:Release", "r", { inputs: { name: "r", namespace: "team" } }),
      id("team/r"),
    ],
    [
      "a release of the default namespace",
      resource("kubernetes:helm.sh/v3:Release", "r", { inputs: { name: "r" } }),
      id("default/r"),
    ],
    ["a key", resource("tls:index/privateKey:PrivateKey", "k"), none],
    ["a password", resource("random:index/randomPassword:RandomPassword", "p"), none],
    ["a provider", resource("pulumi:providers:kubernetes", "k"), none],
    ["a component", { ...resource("global-mesh:mesh:Mesh", "m"), custom: false }, none],
    ["another package", resource("aws:s3/bucket:Bucket", "b"), "unknown"],
  ];
  for (const [what, of, outside] of cases) {
    it(`of ${what}`, () => {
      const found = identify(of, SUBSCRIPTION);
      if (outside === "unknown") assert.equal(found.kind, "unknown");
      else assert.deepEqual(found, outside);
    });
  }

  it("knows the path of every Azure type that the program makes", () => {
    assert.deepEqual(ARM_PATHS, Object.fromEntries(TOKENS.map(({ token, path }) => [token, path])));
  });
});

describe("repair: the plan", () => {
  const plan = (...args: Parameters<typeof planRepair>): string[] =>
    planRepair(...args).map((one) => (one.action === "adopt" ? `adopt ${one.id}` : one.action));

  it("is empty for a state without pending operations", () => {
    assert.deepEqual(plan(deployment([group])), []);
    assert.deepEqual(plan({}), []);
  });

  it("takes a creation into the state under its id, and says when it began", () => {
    const state = deployment([group], [pending("creating", network)]);
    assert.deepEqual(plan(state), [`adopt ${NETWORK_ID}`]);
    const [only] = planRepair(state);
    assert.equal(only?.finding.what, `VirtualNetwork network (${NETWORK_ID})`);
    assert.match(only.finding.cause, /ended while creating it, last noted at 2026-01-02T03:04:05Z/);
  });

  it("asks for the subscription where the state names none, and takes it from the provider first", () => {
    const alone = deployment([], [pending("creating", { ...group, id: "" })]);
    assert.deepEqual(plan(alone), ["ask"]);
    assert.match(planRepair(alone)[0]?.finding.cause ?? "", /set ARM_SUBSCRIPTION_ID/);
    assert.deepEqual(plan(alone, { subscriptionId: "s" }), ["adopt /subscriptions/s/resourceGroups/g"]);
    const provider = resource("pulumi:providers:azure-native", "azure", { inputs: { subscriptionId: "p" } });
    const told = deployment([provider, group], [pending("creating", network)]);
    assert.match(plan(told)[0] ?? "", /^adopt \/subscriptions\/p\//);
    // A shell that is signed in to another subscription would find nothing there, and the repair would forget it.
    assert.match(plan(told, { subscriptionId: "s" })[0] ?? "", /^adopt \/subscriptions\/p\//);
  });

  it("forgets what exists in the state alone", () => {
    const key = resource("tls:index/privateKey:PrivateKey", "k");
    assert.deepEqual(plan(deployment([], [pending("creating", key)])), ["clear"]);
  });

  it("forgets a creation that a later update made up for, whatever the case of the id", () => {
    const made = { ...network, id: NETWORK_ID.replace("resourceGroups", "resourcegroups") };
    assert.deepEqual(plan(deployment([group, made], [pending("creating", network)])), ["clear"]);
  });

  it("does not forget the replacement of what is in the state", () => {
    const replaced = { ...network, id: NETWORK_ID, delete: true };
    const gone = { ...network, id: NETWORK_ID, pendingReplacement: true };
    const other = { ...network, id: `${NETWORK_ID}-before` };
    for (const old of [replaced, gone, other]) {
      const state = deployment([group, old], [pending("creating", network)]);
      assert.deepEqual(plan(state), [`adopt ${NETWORK_ID}`]);
    }
  });

  it("names one creation once, however many attempts there were", () => {
    const state = deployment([group], [pending("creating", network), pending("creating", network)]);
    assert.equal(plan(state).length, 1);
  });

  it("reads what was being updated or deleted, and forgets other operations", () => {
    const account = resource("kubernetes:core/v1:ServiceAccount", "a", { id: "team/a" });
    const component = { ...resource("global-mesh:mesh:Mesh", "m"), custom: false };
    const provider = resource("pulumi:providers:kubernetes", "k", { id: "1" });
    const state = deployment(
      [account, component, provider],
      [
        pending("updating", account),
        pending("deleting", account),
        pending("updating", component),
        pending("deleting", provider),
        pending("reading", resource("kubernetes:core/v1:Secret", "elsewhere", { id: "x" })),
      ],
    );
    assert.deepEqual(plan(state), ["refresh", "refresh", "clear", "clear", "clear"]);
    assert.deepEqual(
      planRepair(state).map(({ finding }) => finding.kind),
      ["pending-update", "pending-delete", "pending-update", "pending-delete", "pending-read"],
    );
  });

  it("asks for what nobody can work out, and does what the user says", () => {
    const bucket = resource("aws:s3/bucket:Bucket", "b");
    const state = deployment([], [pending("creating", bucket)]);
    const [asked] = planRepair(state);
    assert.equal(asked?.action, "ask");
    assert.ok(asked.finding.fix.includes(`--id '${bucket.urn}=<id>'`));
    assert.ok(asked.finding.fix.includes(`--clear '${bucket.urn}'`));
    assert.deepEqual(plan(state, { ids: new Map([[bucket.urn, "my-bucket"]]) }), ["adopt my-bucket"]);
    assert.deepEqual(plan(state, { cleared: new Set([bucket.urn]) }), ["clear"]);
  });

  it("looks again at what a broken-off repair had taken in", () => {
    const taken = { ...network, id: NETWORK_ID, initErrors: [UNCONFIRMED] };
    assert.deepEqual(plan(deployment([group, taken])), [`adopt ${NETWORK_ID}`]);
  });
});
