import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "mocha";
import type { Fields, Shape } from "../../../sandbox/arm";
import { sdkFields } from "../../../sandbox/plugins/azure-native/shapes";
import { TOKENS } from "../../../sandbox/plugins/azure-native/tokens";

const SDK = path.dirname(require.resolve("@pulumi/azure-native/package.json"));
const read = (...parts: string[]) => readFileSync(path.join(SDK, ...parts), "utf8");

describe("the tables of the azure-native stand-in", () => {
  const input = read("types", "input.d.ts");
  const namespaces = new Map<string, string>();

  /** Body of `interface Name` in a namespace of the SDK's input types. */
  function interfaceOf(namespace: string, name: string): string {
    if (!namespaces.has(namespace)) {
      const start = input.indexOf(`export declare namespace ${namespace} {`);
      const end = input.indexOf("\nexport declare namespace ", start + 1);
      namespaces.set(namespace, input.slice(start, end < 0 ? undefined : end));
    }
    const text = namespaces.get(namespace) ?? "";
    const start = text.indexOf(`interface ${name} {`);
    assert.ok(start >= 0, `the SDK has no ${namespace}.${name}`);
    return text.slice(start, text.indexOf("\n    }", start));
  }

  /** Members of an interface, without comments: name to type. */
  function members(body: string): Map<string, string> {
    const bare = body.replace(/\/\*\*[\s\S]*?\*\//g, "");
    const found = [...bare.matchAll(/^\s+(?:"([^"]+)"|(\w+))\??:([\s\S]*?);$/gm)];
    return new Map(found.map((match) => [match[1] ?? match[2] ?? "", match[3] ?? ""]));
  }

  function compare(fields: Fields, known: Map<string, string>, at: string): void {
    for (const [name, shape] of Object.entries(fields)) {
      if (shape.readOnly) continue;
      const type = known.get(name);
      assert.ok(type !== undefined, `the SDK has no input ${at}.${name}`);
      compareShape(shape, type, `${at}.${name}`);
    }
  }
  function compareShape(shape: Shape, type: string, at: string): void {
    if (shape.kind === "list" || shape.kind === "map") {
      compareShape(shape.of, type, at);
      return;
    }
    const [, namespace, name] = /inputs\.(\w+)\.(\w+)/.exec(type) ?? [];
    if (shape.kind === "object") {
      assert.ok(namespace !== undefined && name !== undefined, `${at} is no object in the SDK but ${type}`);
      compare(shape.fields, members(interfaceOf(namespace, name)), at);
    } else if (shape.kind === "flag") {
      assert.match(type, /boolean/, at);
    } else if (shape.kind === "number") {
      assert.match(type, /number/, at);
    } else {
      assert.match(type, /string|enums\./, at);
    }
  }

  for (const token of TOKENS) {
    it(`${token.token} takes the inputs of the SDK, at every depth, and its API version`, () => {
      const [, module = "", type = ""] = token.token.split(":");
      const file = [`${type.charAt(0).toLowerCase()}${type.slice(1)}`, type].find((one) =>
        existsSync(path.join(SDK, module, `${one}.d.ts`)),
      );
      const declaration = read(module, `${file ?? type}.d.ts`);
      const code = read(module, `${file ?? type}.js`);
      assert.ok(code.includes(`'${token.token}'`), "the SDK has another token");
      assert.match(code, new RegExp(`Uses Azure REST API version ${token.apiVersion}\\b`));
      const start = declaration.indexOf(`interface ${type}Args {`);
      const args = members(declaration.slice(start, declaration.indexOf("\n}", start)));
      for (const parameter of token.parameters)
        assert.ok(args.has(parameter), `the SDK has no input ${parameter}`);
      compare(sdkFields(token), args, type);
    });
  }
});
