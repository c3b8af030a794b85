import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "mocha";
import { failuresOf, withDefaults } from "../../../sandbox/plugins/azure-native/inputs";
import { tokenOf } from "../../../sandbox/plugins/azure-native/tokens";
import type { PlainMap } from "../../../sandbox/plugins/wire";
import { SEED } from "./support";

interface Dump {
  readonly resources: readonly { readonly type: string; readonly name?: string; readonly inputs: PlainMap }[];
}

describe("what the program has in Azure", () => {
  const folder = path.resolve(__dirname, "../../golden");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    it(`${file}: every resource is one that the stand-in knows, with every property`, async () => {
      const { resources } = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Dump;
      for (const { type, name = "x", inputs } of resources) {
        if (!type.startsWith("azure-native:")) continue;
        const request = { urn: "", type, name, news: inputs, randomSeed: SEED };
        const groupLocation = () => Promise.resolve("eastus");
        const checked = await withDefaults(tokenOf(type), request, { groupLocation });
        assert.deepEqual(failuresOf(tokenOf(type), checked), [], `${type} ${name}`);
      }
    });
  }
});
