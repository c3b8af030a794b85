import assert from "node:assert/strict";
import { checkPolicy } from "../../../components/policy/lint";
import { application, binding, service, type Application } from "../../../istio/intent";
import { compileAll, type PolicySettings } from "../../../istio/region";
import { buildMesh, regionOf } from "../../../topology";
import { runProgram } from "../../support/mocks";

const mesh = buildMesh({
  topology: "flat",
  regions: {
    eastus: { cidr: "10.10.0.0/16", labels: {}, zones: [] },
    westeurope: { cidr: "10.20.0.0/16", labels: {}, zones: [] },
  },
  primary: "eastus",
  leaving: [],
});

const settings: PolicySettings = {
  applications: ["shops"],
  mesh,
  region: regionOf(mesh, "eastus"),
  trustDomain: "cluster.local",
  revision: "default",
  rollouts: {},
};

/** The check of a preview, over one application with something in it. */
function check(changes: Partial<Application>) {
  const applications = [
    application({
      name: "shops",
      namespaces: [{ name: "shops" }],
      services: [service({ name: "shop", namespace: "shops", port: 80, globalHost: "shop.global" })],
      ...changes,
    }),
  ];
  const bindings = [binding({ name: "all", clusters: [{ matchLabels: {} }], applications: ["shops"] })];
  const catalog = { applications, bindings };
  return runProgram({ stack: "eastus" }, () => {
    checkPolicy(settings, catalog, compileAll(settings, catalog));
    return Promise.resolve({});
  });
}

const raw = (kind: string, apiVersion: string, spec: object) => [
  { apiVersion, kind, metadata: { name: "raw", namespace: "shops" }, spec },
];

describe("the linter at preview", () => {
  it("says nothing where nothing is found", async () => {
    assert.deepEqual((await check({})).warnings, []);
  });

  it("warns of warnings and goes on", async () => {
    const run = await check({
      raw: raw("EnvoyFilter", "networking.istio.io/v1alpha3", { configPatches: [] }),
    });
    assert.equal(run.warnings.length, 1);
    assert.match(run.warnings[0] ?? "", /^GM701 catalog\/shops\/ raw\.raw \(EnvoyFilter shops\/raw\): /);
  });

  it("stops at an error, with every one, unless it is meant", async () => {
    const open = raw("AuthorizationPolicy", "security.istio.io/v1", { rules: [{}, {}] });
    await assert.rejects(check({ raw: open }), (error: Error) => {
      assert.match(error.message, /^2 errors of the linter .* Nothing was changed\.\n {2}- GM502 /);
      return true;
    });
    const suppress = [{ code: "GM502", entry: "raw.raw", reason: "a test" }];
    assert.deepEqual((await check({ raw: open, suppress })).warnings, []);
  });
});
