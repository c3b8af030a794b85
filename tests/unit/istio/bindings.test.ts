import assert from "node:assert/strict";
import { compile } from "../../../istio/compile";
import { application, binding, type Binding } from "../../../istio/intent";
import { everywhere, meshOf, shop, shops } from "./support/fixtures";

const labels = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "global-mesh",
});

describe("bindings", () => {
  const apps = [shops(shop()), application({ name: "mesh", meshMtls: "STRICT" })];
  const bound = (clusterLabels: Record<string, string>, ...bindings: Binding[]): readonly string[] =>
    compile(apps, bindings, meshOf({ clusterLabels })).objects.map(({ kind }) => kind);
  const enabled = binding({
    name: "enabled",
    clusters: [{ matchLabels: { mesh: "enabled" } }, { matchLabels: { mesh: "canary", tier: "one" } }],
    applications: ["shops"],
  });

  it("give an application to the clusters that any selector matches", () => {
    assert.deepEqual(bound({ mesh: "enabled", other: "x" }, enabled), ["ServiceEntry"]);
    assert.deepEqual(bound({ mesh: "canary", tier: "one" }, enabled), ["ServiceEntry"]);
    assert.deepEqual(bound({ mesh: "canary" }, enabled), []);
    assert.deepEqual(bound({}, enabled), []);
  });

  it("bring no namespace where they give no application", () => {
    const { namespaces, objects } = compile(apps, [enabled], meshOf({ clusterLabels: {} }));
    assert.deepEqual({ namespaces, objects }, { namespaces: [], objects: [] });
  });

  it("add up", () => {
    const all = binding({ name: "all", clusters: [{ matchLabels: {} }], applications: ["mesh", "shops"] });
    assert.deepEqual(bound({ mesh: "enabled" }, enabled, all), [
      "PeerAuthentication",
      "DestinationRule",
      "ServiceEntry",
    ]);
  });
});

describe("namespaces", () => {
  const namespaceLabels = (injection: boolean, revision: string) => {
    const app = application({ name: "a", namespaces: [{ name: "a", injection }] });
    return compile([app], everywhere(app), meshOf({ revision })).namespaces[0]?.labels;
  };

  it("are injected by the revision's own webhook", () => {
    assert.deepEqual(namespaceLabels(true, "default"), { ...labels("a"), "istio-injection": "enabled" });
    assert.deepEqual(namespaceLabels(true, "1-31-1"), { ...labels("a"), "istio.io/rev": "1-31-1" });
    assert.deepEqual(namespaceLabels(false, "1-31-1"), labels("a"));
  });

  it("are made once where two applications bring the same along", () => {
    const apps = ["a", "b"].map((name) =>
      application({ name, namespaces: [{ name: "shared", mtls: "STRICT" }] }),
    );
    const { namespaces, objects } = compile(apps, everywhere(...apps), meshOf());
    assert.equal(namespaces.length, 1);
    assert.deepEqual(
      objects.map(({ metadata }) => metadata),
      [{ name: "default", namespace: "shared", labels: labels("shared") }],
    );
  });
});
