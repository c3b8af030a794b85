import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { transformSync } from "esbuild";
import { parseStat, processTree } from "../../../bench/processes";
import { catalogSource } from "../../../bench/program/catalog";
import { CLUSTERS_ONLY, withShares } from "../../../bench/program/edits";
import { trackedMain } from "../../../bench/program/inputs";
import { importingWhole } from "../../../bench/program/variants";

const ROOT = path.resolve(__dirname, "..", "..", "..");

describe("programs that are measured", () => {
  it("import azure-native as a whole in the default layout", () => {
    assert.equal(
      importingWhole(
        [
          'import * as network from "@pulumi/azure-native/network";',
          'import * as azureConfig from "@pulumi/azure-native/config";',
          'import { Provider } from "@pulumi/azure-native/provider";',
          'import * as core from "@pulumi/kubernetes/core/v1";',
        ].join("\n"),
      ),
      [
        'import { network } from "@pulumi/azure-native";',
        'import { config as azureConfig } from "@pulumi/azure-native";',
        'import { Provider } from "@pulumi/azure-native";',
        'import * as core from "@pulumi/kubernetes/core/v1";',
      ].join("\n"),
    );
  });

  it("have as many services as were asked for, each with its own name", () => {
    const names = catalogSource(1000).match(/service-\d{4}/g) ?? [];
    assert.equal(new Set(names).size, 1000);
    assert.doesNotThrow(() => transformSync(catalogSource(0), { loader: "ts" }));
  });

  it("are valid TypeScript", () => {
    for (const source of [catalogSource(3), CLUSTERS_ONLY]) {
      assert.doesNotThrow(() => transformSync(source, { loader: "ts" }));
    }
  });

  it("change the shares of the tracked example", () => {
    const tracked = readFileSync(path.join(ROOT, "catalog/ai-agent/index.ts"), "utf8");
    assert.match(withShares(tracked, 90), /versions: \{ v1: 90, v2: 10 \}/);
    assert.equal(withShares(withShares(tracked, 90), 80), tracked);
    assert.throws(() => withShares("nothing", 90), /no versions/);
  });

  it("start as the tracked Pulumi.yaml says", () => {
    const project = readFileSync(path.join(ROOT, "Pulumi.yaml"), "utf8");
    assert.equal(trackedMain(project), "program.cjs");
    assert.throws(() => trackedMain("name: x"), /no main/);
  });
});

describe("processes", () => {
  const stat = (pid: number, name: string, parent: number, times: string): string =>
    `${pid} (${name}) S ${parent} 1 1 0 -1 0 0 0 0 0 ${times} 20 0 1 0 100 0 0`;

  it("are read although their name holds spaces and parentheses", () => {
    assert.deepEqual(parseStat(stat(42, "a (b) c", 7, "100 20 3 2")), {
      pid: 42,
      parent: 7,
      cpuSeconds: 1.25,
      endedChildrenSeconds: 0.05,
    });
  });

  it("belong to a tree by their parents, at any depth", () => {
    const all = [
      stat(1, "init", 0, "0 0 0 0"),
      stat(5, "grandchild", 4, "0 0 0 0"),
      stat(3, "root", 1, "0 0 0 0"),
      stat(4, "child", 3, "0 0 0 0"),
      stat(9, "other", 1, "0 0 0 0"),
    ].map(parseStat);
    assert.deepEqual(
      processTree(3, all).map(({ pid }) => pid),
      [3, 4, 5],
    );
    assert.deepEqual(processTree(77, all), []);
  });
});
