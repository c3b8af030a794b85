import assert from "node:assert/strict";
import { checkConfig, diffConfig, readSettings } from "../../../sandbox/plugins/kubernetes/config";
import { contextEntries, kubeconfigText } from "../../../sandbox/plugins/kubernetes/kubeconfig";
import { splitKubeconfig } from "../../../sandbox/plugins/kubernetes/release/helm";
import { UNKNOWN, type PlainMap } from "../../../sandbox/plugins/wire";

function kubeconfig(server = "https://one", token = "token-of-one", namespace?: string): string {
  return JSON.stringify({
    "current-context": "main",
    clusters: [{ name: "c", cluster: { server } }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "main", context: { cluster: "c", user: "u", namespace } }],
  });
}

function check(news: PlainMap): string[] {
  const { failures } = checkConfig({ urn: "", type: "", name: "", news, randomSeed: Buffer.alloc(0) });
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
}

function diff(oldInputs: PlainMap, news: PlainMap) {
  return diffConfig({ urn: "", id: "", type: "", oldInputs, oldOutputs: {}, news, ignoreChanges: [] });
}

describe("the configuration of the kubernetes stand-in", () => {
  it("takes what the SDK sends, flags as texts", () => {
    const news = {
      kubeconfig: kubeconfig("https://one", "t", "team"),
      enableSecretMutable: "true",
      enableServerSideApply: "true",
      deleteUnreachable: "false",
      clusterIdentifier: "eastus-g1",
      version: "4.34.2",
    };
    assert.deepEqual(check(news), []);
    const settings = readSettings(news);
    assert.deepEqual(
      [
        settings.enableSecretMutable,
        settings.deleteUnreachable,
        settings.enablePatchForce,
        settings.namespace,
      ],
      [true, false, false, "team"],
    );
  });

  it("takes a kubeconfig that is not known yet", () => {
    assert.deepEqual(check({ kubeconfig: UNKNOWN }), []);
  });

  it("refuses settings that it does not have, all at once", () => {
    const found = check({
      kubeconfig: kubeconfig(),
      renderYamlToDirectory: "out",
      enableSecretMutabel: "true",
      enablePatchForce: "yes",
      enableServerSideApply: "false",
    });
    assert.equal(found.length, 4);
    assert.match(found.join("\n"), /renderYamlToDirectory: .*does not have this setting/);
    assert.match(
      found.join("\n"),
      /enableSecretMutabel: there is no such setting; known are enableSecretMutable/,
    );
    assert.match(found.join("\n"), /enablePatchForce: must be true or false/);
    assert.match(found.join("\n"), /enableServerSideApply: .*only works by server-side apply/);
  });

  it("refuses a kubeconfig that is missing or broken, without quoting it", () => {
    assert.match(check({}).join(), /kubeconfig: must be set/);
    const broken = check({ kubeconfig: "{ token: super-secret-token\n" }).join();
    assert.match(broken, /cannot be parsed/);
    assert.ok(!broken.includes("super-secret-token"));
    assert.match(
      check({ kubeconfig: kubeconfig(), context: "other" }).join(),
      /no context "other"; it has: main/,
    );
  });

  it("replaces everything for another clusterIdentifier and for nothing else while there is one", () => {
    const olds = { clusterIdentifier: "a", kubeconfig: kubeconfig() };
    assert.deepEqual(diff(olds, { ...olds, clusterIdentifier: "b" }).replaces, ["clusterIdentifier"]);
    assert.deepEqual(diff(olds, { ...olds, clusterIdentifier: UNKNOWN }).replaces, ["clusterIdentifier"]);
    const moved = diff(olds, { ...olds, kubeconfig: UNKNOWN });
    assert.deepEqual([moved.changed, moved.replaces], [true, []]);
    assert.deepEqual(diff(olds, { ...olds, kubeconfig: kubeconfig("https://two") }).replaces, []);
    assert.equal(diff(olds, { ...olds, version: "5" }).changed, false);
  });

  it("without an identifier replaces for another server and for a kubeconfig that may be another", () => {
    const olds = { kubeconfig: kubeconfig() };
    assert.deepEqual(diff(olds, { kubeconfig: UNKNOWN }).replaces, ["kubeconfig"]);
    assert.deepEqual(diff(olds, { kubeconfig: kubeconfig("https://two") }).replaces, ["kubeconfig"]);
    const renewed = diff(olds, { kubeconfig: kubeconfig("https://one", "another-token") });
    assert.deepEqual([renewed.changed, renewed.replaces], [true, []]);
  });

  it("lets an identifier be added and taken away without replacing", () => {
    const olds = { kubeconfig: kubeconfig() };
    assert.deepEqual(diff(olds, { ...olds, clusterIdentifier: "a" }).replaces, []);
    assert.deepEqual(diff({ ...olds, clusterIdentifier: "a" }, olds).replaces, []);
  });
});

describe("a kubeconfig", () => {
  it("may be given by its path or as such", () => {
    assert.equal(kubeconfigText("/does/not/exist"), "/does/not/exist");
    assert.equal(kubeconfigText(kubeconfig()), kubeconfig());
  });

  it("goes to Helm with its one context, the token apart", () => {
    const { config, token } = splitKubeconfig(kubeconfig("https://one", "token-of-one"), "main");
    assert.equal(token, "token-of-one");
    assert.ok(!config.includes("token-of-one"));
    assert.deepEqual(contextEntries(config), { cluster: { server: "https://one" }, user: {} });
    assert.throws(() => splitKubeconfig(kubeconfig(), "other"), /no such context/);
  });
});
