import assert from "node:assert/strict";
import { parse } from "yaml";
import { settingsPage } from "../../../config/docs";
import { deliveredText, fileSettings } from "../../../config/project";
import { regionSchema, sharedSchema } from "../../../config/schema";
import { tracked } from "./tracked";

interface Declaration {
  readonly description?: string;
  readonly default?: unknown;
  readonly value?: unknown;
  readonly type?: string;
}

interface ProjectFile {
  readonly name: string;
  readonly runtime: unknown;
  readonly main: string;
  readonly config: Readonly<Record<string, Declaration>>;
}

const project = parse(tracked("Pulumi.yaml")) as ProjectFile;
const regions = Object.keys(project.config["global-mesh:regions"]?.default as object);

describe("config: the project file", () => {
  it("declares every shared setting and nothing else", () => {
    const shared = Object.keys(sharedSchema.shape).map((key) => `global-mesh:${key}`);
    assert.deepEqual(Object.keys(project.config).toSorted(), shared.toSorted());
  });

  it("gives each a description and a default: one with neither value nor default would be required of all", () => {
    for (const [key, declaration] of Object.entries(project.config)) {
      assert.ok((declaration.description ?? "").length > 10, key);
      assert.notEqual(declaration.default, undefined, key);
      assert.equal("value" in declaration, false, key);
    }
  });

  it("declares a type only where the value is text, so that the engine's own check hides no other fault", () => {
    for (const [key, declaration] of Object.entries(project.config)) {
      if (declaration.type === undefined) continue;
      assert.equal(declaration.type, "string", key);
      assert.equal(typeof declaration.default, "string", key);
    }
  });

  it("says each part's default as the schema does", () => {
    for (const key of ["trust", "pools", "entra", "monitoring", "values"] as const) {
      const said = project.config[`global-mesh:${key}`]?.default;
      const whole = sharedSchema.shape[key].parse(said);
      // pools need min and max; everything else of these settings may be left out.
      const short = sharedSchema.shape[key].parse(
        key === "pools" ? { system: undefined, user: undefined } : {},
      );
      assert.deepEqual(whole, short, key);
    }
  });

  it("runs the program with its own loader", () => {
    assert.deepEqual(project.runtime, {
      name: "nodejs",
      options: { typescript: false },
    });
    assert.equal(project.main, "program.cjs");
    assert.equal(project.name, "global-mesh");
  });
});

describe("config: the stack files", () => {
  const stacks = ["global", ...regions];

  it("exist for global and each region, with settings that the stack may have", () => {
    for (const stack of stacks) {
      const allowed =
        stack === "global" ? [] : ["azure-native:location", ...names(regionSchema), ...names(sharedSchema)];
      for (const key of Object.keys(fileSettings(tracked(`Pulumi.${stack}.yaml`)))) {
        assert.ok(allowed.includes(key), `${stack}: ${key}`);
      }
    }
  });

  it("name no secrets provider: that is the user's", () => {
    for (const stack of stacks) {
      const file = (parse(tracked(`Pulumi.${stack}.yaml`)) ?? {}) as object;
      assert.deepEqual(Object.keys(file), ["config"], stack);
    }
  });

  it("never upgrade two regions on one day", () => {
    const days = regions.map((region) => {
      const text = fileSettings(tracked(`Pulumi.${region}.yaml`))["global-mesh:maintenance"] ?? "{}";
      return (JSON.parse(text) as { dayOfWeek?: string }).dayOfWeek;
    });
    assert.equal(new Set(days).size, regions.length);
    assert.equal(days.includes(undefined), false);
  });
});

describe("config: what files say, as the engine delivers it", () => {
  it("turns values into text", () => {
    assert.equal(deliveredText("a"), "a");
    assert.equal(deliveredText(1), "1");
    assert.equal(deliveredText(false), "false");
    assert.equal(deliveredText({ a: [1] }), '{"a":[1]}');
  });

  it("reads defaults of a project and values of a stack", () => {
    assert.deepEqual(fileSettings("config: {'p:a': {default: 1, description: x}, 'p:b': {c: d}, 'p:e': }"), {
      "p:a": "1",
      "p:b": '{"c":"d"}',
    });
    assert.deepEqual(fileSettings("name: x"), {});
    assert.deepEqual(fileSettings(""), {});
  });
});

describe("config: docs/settings.md", () => {
  it("is what `npm run docs:settings` writes", async () => {
    assert.equal(tracked("docs/settings.md"), await settingsPage(tracked("Pulumi.yaml")));
  });
});

function names(schema: { readonly shape: object }): readonly string[] {
  return Object.keys(schema.shape).map((key) => `global-mesh:${key}`);
}
