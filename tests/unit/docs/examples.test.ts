import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { CatalogError } from "../../../istio/rules/fault";
import { CrdSchemas } from "../istio/support/crds";
import { allExamples, DOCS, examplesOf, type Example } from "./blocks";
import { compileExample, typeErrors } from "./run";

/** Whether an object has all of a part; lists have to be the same in length and order. */
function has(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) && whole.length === part.length && part.every((item, at) => has(whole[at], item))
    );
  }
  if (typeof part !== "object" || part === null) return whole === part;
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part).every(([key, value]) => has((whole as Record<string, unknown>)[key], value));
}

describe("examples of the guides", () => {
  const examples = allExamples();
  let schemas: CrdSchemas;
  before(() => (schemas = new CrdSchemas()));

  function check(example: Example): void {
    if (example.mark === "refused") {
      assert.throws(
        () => compileExample(example),
        (error) => error instanceof CatalogError && error.message.includes(example.rest),
      );
      return;
    }
    const { objects } = compileExample(example);
    for (const made of objects)
      assert.deepEqual(schemas.faults(made), [], `${made.kind} ${made.metadata.name}`);
    for (const result of example.results) {
      for (const document of parseAllDocuments(result.text)) {
        const part: unknown = document.toJS();
        assert.ok(
          objects.some((made) => has(made, part)),
          `${result.place} is in none of:\n${JSON.stringify(objects, null, 1)}`,
        );
      }
    }
  }

  it("are all blocks of TypeScript in the guides to the catalog", () => {
    // upgrading.md is about the program's own code.
    const guides = readdirSync(DOCS).filter((name) => name.endsWith(".md") && name !== "upgrading.md");
    const unmarked = guides.filter((name) => /^```ts$/m.test(readFileSync(path.join(DOCS, name), "utf8")));
    assert.deepEqual(unmarked, []);
  });

  for (const example of examples) {
    it(`${example.place} ${example.mark === "refused" ? "is refused" : "compiles to what it says"}`, () =>
      check(example));
  }

  it("have the catalog's types", function () {
    this.timeout(300_000);
    assert.deepEqual(typeErrors(examples), []);
  });

  it("would be refused with a wrong field, a fault, or a result that is not so", function () {
    this.timeout(300_000);
    const guide = (body: string, result: string): Example => {
      const text = `\`\`\`ts example\n${body}\n\`\`\`\n\n\`\`\`yaml result\n${result}\n\`\`\`\n`;
      const [example] = examplesOf("guide.md", text);
      assert.ok(example);
      return example;
    };
    const body = (more: string): string =>
      `export const a = service({ name: "a", namespace: "n", port: 80, ${more} });`;
    check(guide(body('timeout: "5s"'), "spec: { http: [{ timeout: 5s }] }"));
    assert.throws(
      () => check(guide(body('timeout: "5s"'), "spec: { http: [{ timeout: 6s }] }")),
      /guide\.md:5/,
    );
    assert.throws(() => check(guide(body('timeout: "0s"'), "{}")), CatalogError);
    assert.match(typeErrors([guide(body("timeuot: 1"), "{}")]).join(), /^guide\.md:1: .*timeuot/);
  });
});
