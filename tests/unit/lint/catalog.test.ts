import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import { compileMesh } from "../../../istio/compile";
import { application, binding, service, type Application, type ServiceArgs } from "../../../istio/intent";
import { lintCatalog, type LintReport } from "../../../istio/lint";
import { codes } from "./support";

const REGIONS = ["eastus", "southeastasia", "westeurope"];

/** What is found where every application goes to every region. */
function report(
  applications: readonly Application[],
  bindings = [toAll(applications)],
  governs: Readonly<Record<string, readonly string[]>> = {},
): LintReport {
  const compiled = compileMesh(applications, bindings, {
    regions: REGIONS,
    region: "eastus",
    clusterLabels: { region: "eastus", mesh: "enabled", integration: "istio" },
    clusters: REGIONS.map((name) => ({
      name,
      labels: { region: name, mesh: "enabled", integration: "istio" },
    })),
    trustDomain: "cluster.local",
    revision: "default",
    rollouts: {},
    rootNamespace: "istio-system",
  });
  const regions = REGIONS.map((name) => ({
    region: { name, cluster: `${name}-cluster`, network: "network1" },
    applications,
    compiled,
    governs: governs[name] ?? [name],
  }));
  return lintCatalog(regions, { trustDomain: "cluster.local", rootNamespace: "istio-system" });
}

function toAll(applications: readonly Application[]) {
  return binding({
    name: "all",
    clusters: [{ matchLabels: {} }],
    applications: applications.map(({ name }) => name),
  });
}

const shop = (changes: Partial<ServiceArgs> = {}) =>
  service({ name: "shop", namespace: "shops", port: 80, globalHost: "shop.global", ...changes });

const shops = (changes: Partial<Application>, ...services: ReturnType<typeof service>[]) =>
  application({ name: "shops", namespaces: [{ name: "shops" }], services, ...changes });

describe("lint: the catalog", () => {
  it("has no finding as it is tracked, all applications at once", () => {
    const { findings } = report(catalog.applications, [...catalog.bindings]);
    assert.deepEqual(findings, []);
  });

  it("has none for a service without anything special", () => {
    assert.deepEqual(report([shops({}, shop())]), { findings: [], suppressed: [] });
  });

  it("looks over what a primary applies for its remotes", () => {
    const app = shops({}, shop({ access: [{}] }));
    const there = binding({
      name: "there",
      clusters: [{ matchLabels: { region: "westeurope" } }],
      applications: [app.name],
    });
    const { findings } = report([app], [there], { eastus: REGIONS, southeastasia: [], westeurope: [] });
    assert.deepEqual(
      findings.map(({ code, clusters }) => [code, clusters]),
      [["GM502", ["eastus-cluster"]]],
    );
  });

  it("names the application, the entry, the object and every cluster", () => {
    const { findings } = report([shops({}, shop({ locality: { local: 80, rest: "even" } }))]);
    assert.equal(findings.length, 1);
    const [found] = findings;
    assert.deepEqual(
      { code: found?.code, source: found?.source, object: found?.object, clusters: found?.clusters },
      {
        code: "GM203",
        source: { application: "shops", entry: "services.shop" },
        object: { kind: "DestinationRule", namespace: "shops", name: "shop" },
        clusters: REGIONS.map((name) => `${name}-cluster`),
      },
    );
    assert.match(found?.cause ?? "", /spec\.trafficPolicy\.outlierDetection: got nothing/);
  });

  it("is quiet about a finding that its application suppresses, by entry or as a whole", () => {
    for (const entry of [{ entry: "services.shop" }, {}]) {
      const suppress = [{ code: "GM203", ...entry, reason: "meant" }];
      const { findings, suppressed } = report([
        shops({ suppress }, shop({ locality: { local: 80, rest: "even" } })),
      ]);
      assert.deepEqual(findings, []);
      assert.deepEqual(
        suppressed.map(({ finding, reason }) => [finding.code, reason]),
        [["GM203", "meant"]],
      );
    }
  });

  it("finds a suppression that matches nothing: of another entry, or of what is not so", () => {
    for (const one of [{ code: "GM203", entry: "services.other" }, { code: "GM105" }]) {
      const { findings } = report([shops({ suppress: [{ ...one, reason: "meant" }] }, shop())]);
      assert.deepEqual(codes(findings), ["GM001"]);
    }
    // Nothing can be found of an application that goes nowhere.
    const meant = shops({ suppress: [{ code: "GM105", reason: "meant" }] }, shop());
    const nowhere = binding({
      name: "no",
      clusters: [{ matchLabels: { no: "where" } }],
      applications: [meant.name],
    });
    assert.deepEqual(report([meant], [nowhere]).findings, []);
    const unsound = report([shops({ suppress: [{ code: "GM999", reason: "meant" }] }, shop())]);
    assert.deepEqual(codes(unsound.findings), ["GM002"]);
  });

  it("holds callers against the service accounts of the catalog, in namespaces that it knows", () => {
    const principals = ["shops", "elsewhere"].map((namespace) => `cluster.local/ns/${namespace}/sa/clerk`);
    const raw = [
      {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: { name: "clerks", namespace: "shops" },
        spec: { rules: [{ from: [{ source: { principals } }] }] },
      },
    ];
    assert.deepEqual(codes(report([shops({ raw }, shop())]).findings), ["GM503"]);
    const clerk = service({ name: "clerk", namespace: "shops", port: 81 });
    assert.deepEqual(report([shops({ raw }, shop(), clerk)]).findings, []);
    const named = service({ name: "desk", namespace: "shops", port: 81, serviceAccount: "clerk" });
    assert.deepEqual(report([shops({ raw }, shop(), named)]).findings, []);
    for (const caller of ["shops/clerk", "shops/*"]) {
      assert.deepEqual(report([shops({ raw, otherCallers: [caller] }, shop())]).findings, []);
    }
  });

  it("looks at raw objects among what builders make, and knows the versions of a service", () => {
    const rule = (version: string) => ({
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "raw", namespace: "shops" },
      spec: { host: "shop.global", subsets: [{ name: "raw", labels: { version } }] },
    });
    const versioned = shop({ versions: { v1: 80, v2: 20 } });
    assert.deepEqual(codes(report([shops({ raw: [rule("v3")] }, versioned)]).findings), ["GM101"]);
    assert.deepEqual(report([shops({ raw: [rule("v2")] }, versioned)]).findings, []);
    // A service that names no versions may have any.
    assert.deepEqual(report([shops({ raw: [rule("v3")] }, shop())]).findings, []);
    const { findings } = report([shops({ raw: [rule("v3")] }, versioned)]);
    assert.deepEqual(findings[0]?.source, { application: "shops", entry: "raw.raw" });
  });

  it("finds a policy that one region of several gets, where the service is in all", () => {
    const policy = {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "only-east", namespace: "shops" },
      spec: {
        selector: { matchLabels: { app: "shop" } },
        rules: [{ from: [{ source: { namespaces: ["shops"] } }] }],
      },
    };
    const everywhere = shops({}, shop());
    const extra = application({ name: "extra", namespaces: [{ name: "shops" }], raw: [policy] });
    const bindings = [
      toAll([everywhere]),
      binding({ name: "east", clusters: [{ matchLabels: { region: "eastus" } }], applications: ["extra"] }),
    ];
    const { findings } = report([everywhere, extra], bindings);
    assert.deepEqual(
      findings.map(({ code, clusters }) => [code, clusters]),
      [["GM902", ["southeastasia-cluster", "westeurope-cluster"]]],
    );
  });
});
