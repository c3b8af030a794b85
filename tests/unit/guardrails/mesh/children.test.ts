import assert from "node:assert/strict";
import { meshRules } from "../../../../guardrails/rules/mesh";
import { RELEASE } from "../../../../guardrails/rules/mesh/kinds";
import { judge, sample } from "../support/change";
import "./helm.cases";
import { CONTAINER, DEPLOYMENT, object, resource } from "./support/objects";

const helmObjects = meshRules.find(({ id }) => id === "helm-objects") ?? assert.fail("no rule helm-objects");

describe("guardrails: what a Release makes is judged", () => {
  const say = async (values: unknown, namespace = "apps"): Promise<string> => {
    const release = sample(RELEASE, { chart: "/c", name: "app", namespace, atomic: true, values }, "release");
    const found = await Promise.all(meshRules.map((rule) => judge(rule, [release])));
    return found.flat().join("\n");
  };

  it("by the mandatory and the advisory rules apart, each message naming release, object and rule", async () => {
    const bad = { ...CONTAINER, image: "app:latest", resources: {}, securityContext: { privileged: true } };
    const said = await say({ ...DEPLOYMENT, spec: { template: { spec: { containers: [bad] } } } });
    for (const rule of ["privileged", "image-pinned", "non-root", "read-only-root", "requests"]) {
      assert.match(
        said,
        new RegExp(`^Release release › Deployment apps/sample: .*\\(kubernetes-${rule}: `, "m"),
      );
    }
  });

  it("under the release's namespace where the object names none", async () => {
    const said = await say(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "open" },
        spec: { externalIPs: ["198.51.100.7"] },
      },
      "edge",
    );
    assert.match(said, /^Release release › Service edge\/open: spec\.externalIPs/);
  });

  it("with settings that name it by that namespace", async () => {
    const release = sample(RELEASE, {
      chart: "/c",
      name: "app",
      namespace: "legacy",
      values: {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: { name: "default" },
        spec: { mtls: { mode: "PERMISSIVE" } },
      },
    });
    assert.equal((await judge(helmObjects, [release])).length, 1);
    const settings = { "istio-mtls-strict": { permissive: ["legacy/default"] } };
    assert.deepEqual(await judge(helmObjects, [release], { settings }), []);
  });

  it("not by settings of a rule that there is not", async () => {
    const release = sample(RELEASE, { chart: "/c", name: "app", values: {} });
    for (const given of [
      { skip: ["kubernetes-privilegde"] },
      { settings: { "istio-mtls-everywhere": {} } },
    ]) {
      await assert.rejects(
        judge(helmObjects, [release], given),
        /helm-objects\.(skip|settings): "(kubernetes-privilegde|istio-mtls-everywhere)" is no rule over single/,
      );
    }
  });

  it("without repeating a login of an address", async () => {
    const login = "user:secret-canary@";
    const release = sample(RELEASE, {
      chart: "app",
      version: "1.0.0",
      repositoryOpts: { repo: `http://${login}charts.example.com?sig=secret-canary` },
    });
    const plugin = object("extensions.istio.io/v1alpha1", "WasmPlugin", {
      spec: { url: `oci://${login}r.example.com/plugin:1` },
    });
    const keys = object("security.istio.io/v1", "RequestAuthentication", {
      spec: { jwtRules: [{ issuer: "i", jwksUri: `http://${login}i.example.com` }] },
    });
    const subjects = [release, resource(plugin), resource(keys)];
    const found = await Promise.all(meshRules.map((rule) => judge(rule, subjects)));
    const said = found.flat().join("\n");
    for (const host of ["charts", "r", "i"]) assert.match(said, new RegExp(`//…@${host}\\.example\\.com`));
    assert.match(said, /its repository asks for a password/);
    assert.doesNotMatch(said, /secret-canary/);
  });

  it("without repeating a secret among the values", async () => {
    const env = [{ name: "API_TOKEN", value: "secret-canary" }];
    const said = await say({
      ...DEPLOYMENT,
      data: { password: "secret-canary" },
      spec: { template: { spec: { containers: [{ ...CONTAINER, env, args: ["secret-canary"] }] } } },
    });
    assert.match(said, /kubernetes-plaintext-secret/);
    assert.doesNotMatch(said, /secret-canary/);
  });
});
