import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  checksum,
  chartVersion,
  isChartFolder,
  readChartFolder,
} from "../../../sandbox/plugins/kubernetes/release/chart";
import { helmError } from "../../../sandbox/plugins/kubernetes/release/helm";
import {
  chartArguments,
  checkRelease,
  installArguments,
  upgradeArguments,
  withDefaults,
} from "../../../sandbox/plugins/kubernetes/release/inputs";
import { resourceNames } from "../../../sandbox/plugins/kubernetes/release/manifest";
import { importInputs, releaseOutputs, standing } from "../../../sandbox/plugins/kubernetes/release/outputs";
import { unpack } from "../../../sandbox/plugins/kubernetes/release/storage";
import { UNKNOWN } from "../../../sandbox/plugins/wire";

describe("the inputs of a Release", () => {
  it("are refused by name where they are not served, all at once", () => {
    const found = checkRelease({
      chart: "",
      verify: true,
      lint: false,
      nonsense: 1,
      compat: "true",
      repositoryOpts: { repo: "https://charts.example.com", password: "x" },
      values: "a: b",
    }).map(({ property, reason }) => `${property}: ${reason}`);
    assert.equal(found.length, 5);
    assert.match(found.join("\n"), /verify: .*signatures are not verified/);
    assert.match(found.join("\n"), /nonsense: there is no such property of a Release; known are/);
    assert.match(found.join("\n"), /repositoryOpts\.password: /);
    assert.match(found.join("\n"), /chart: must be set/);
    assert.match(found.join("\n"), /values: must be an object/);
    assert.deepEqual(checkRelease({ chart: UNKNOWN, values: UNKNOWN }), []);
  });

  it("are the same whether a default is said or left out", () => {
    const said = { chart: "c", atomic: false, description: "", maxHistory: 0, values: {}, compat: "true" };
    assert.deepEqual(withDefaults(said, "n", "default"), withDefaults({ chart: "c" }, "n", "default"));
    assert.deepEqual(withDefaults({ chart: "c" }, "n", "home"), {
      chart: "c",
      timeout: 300,
      name: "n",
      namespace: "home",
    });
    assert.equal(withDefaults({ chart: "c", skipAwait: true }, "n", "home").timeout, undefined);
  });

  it("become Helm's arguments; values never do", () => {
    const inputs = {
      chart: "base",
      name: "istio-base",
      namespace: "istio-system",
      version: "1.31.1",
      repositoryOpts: { repo: "https://charts.example.com" },
      values: { password: "secret" },
      timeout: 60,
      atomic: true,
      skipCrds: true,
      createNamespace: true,
      cleanupOnFail: true,
    };
    const install = installArguments(inputs);
    assert.deepEqual(install.slice(0, 7), [
      "install",
      "istio-base",
      "base",
      "--repo",
      "https://charts.example.com",
      "--version",
      "1.31.1",
    ]);
    for (const flag of ["--wait", "--atomic", "--skip-crds", "--create-namespace", "60s", "-"])
      assert.ok(install.includes(flag), flag);
    assert.ok(!install.join(" ").includes("secret"));
    const upgrade = upgradeArguments(inputs);
    assert.ok(upgrade.includes("--cleanup-on-fail") && !upgrade.includes("--create-namespace"));
    assert.ok(!installArguments({ ...inputs, atomic: false, skipAwait: true }).includes("--wait"));
  });

  it("name a chart by address, by repository alias or by folder", () => {
    assert.deepEqual(
      chartArguments({ chart: "oci://r.example.com/base", repositoryOpts: { repo: "https://x" } }),
      ["oci://r.example.com/base"],
    );
    assert.deepEqual(chartArguments({ chart: "base", repositoryOpts: { repo: "istio" } }), ["istio/base"]);
    assert.deepEqual(chartArguments({ chart: "./charts/base" }), ["./charts/base"]);
  });
});

describe("a chart folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "global-mesh-chart-"));
    mkdirSync(join(folder, "templates"));
    writeFileSync(join(folder, "Chart.yaml"), "name: demo\nversion: 1.0.0\n");
    writeFileSync(join(folder, "templates", "a.yaml"), "a");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has a version, and a checksum that follows content and names but not the place", () => {
    const before = readChartFolder(folder);
    assert.equal(before.version, "1.0.0");
    assert.ok(isChartFolder(folder) && !isChartFolder(join(folder, "templates")));

    renameSync(folder, `${folder}-moved`);
    folder = `${folder}-moved`;
    assert.equal(checksum(folder), before.checksum);
    renameSync(join(folder, "templates", "a.yaml"), join(folder, "templates", "b.yaml"));
    const renamed = checksum(folder);
    assert.notEqual(renamed, before.checksum);
    writeFileSync(join(folder, "templates", "b.yaml"), "b");
    assert.notEqual(checksum(folder), renamed);
  });

  it("without a version is refused", () => {
    assert.throws(() => chartVersion("name: demo"), /names no version/);
  });
});

describe("what Helm keeps of a release", () => {
  const record = {
    name: "demo",
    namespace: "apps",
    version: 2,
    info: { status: "deployed" },
    config: { a: 1 },
    manifest:
      "---\n# Source: x\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: apps\ndata:\n  kind: x\n",
    chart: { metadata: { name: "demo", version: "1.2.3", appVersion: "9" } },
  };

  it("is unpacked", () => {
    const packed = gzipSync(JSON.stringify(record)).toString("base64");
    const data = { release: Buffer.from(packed).toString("base64") };
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data };
    assert.deepEqual(unpack({ revision: 2, status: "deployed", labels: {}, secret }), record);
  });

  it("becomes outputs, the checksum of the installation kept", () => {
    const inputs = { name: "demo", chart: "./demo", version: "^1", values: { a: 0 }, checksum: "new" };
    const outputs = releaseOutputs(inputs, record, { checksum: "old" });
    assert.deepEqual([outputs.version, outputs.values, outputs.checksum], ["1.2.3", { a: 1 }, "old"]);
    assert.deepEqual(outputs.resourceNames, { "ConfigMap/v1": ["apps/c"] });
    assert.equal(releaseOutputs(inputs, record).checksum, "new");
    assert.deepEqual(importInputs(record).values, { a: 1 });
  });

  it("names the objects of a manifest by kind, in whatever style they are written", () => {
    const manifest = [
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  template:\n    metadata:\n      name: inner\n",
      '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}\n',
      "# only a comment\n",
      "metadata:\n  labels:\n    x: y\n  name: b\nkind: ConfigMap\napiVersion: v1\n",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
    ].join("---\n");
    assert.deepEqual(resourceNames(manifest), {
      "ConfigMap/v1": ["a", "b"],
      "Deployment.apps/apps/v1": ["d"],
      "Service/v1": ["s"],
    });
  });

  it("is compared where the inputs speak of it, lists as a whole", () => {
    const live = { values: { a: 1, byHand: 2, list: [1, 2] }, status: {} };
    assert.deepEqual(standing(live, { values: { a: 1 } }, { values: { list: [1] } }), {
      values: { a: 1, list: [1, 2] },
    });
  });

  it("fails in Helm's words, without its warnings", () => {
    const stderr = "WARNING: group-readable\nError: INSTALLATION FAILED: timed out\nwaiting\n";
    assert.equal(helmError({ code: 1, stdout: "", stderr }), "INSTALLATION FAILED: timed out\nwaiting");
    assert.equal(helmError({ code: 7, stdout: "", stderr: "" }), "helm ended with code 7");
  });
});
