import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { catalog } from "../../../catalog";
import { atLeast, lintCommand, type LintArgs } from "../../../cli/lint/command";
import { readObjects } from "../../../cli/lint/files";
import { renderReport } from "../../../cli/lint/render";
import { coloursOf } from "../../../cli/ui/colour";
import { UsageError } from "../../../cli/usage";
import type { LintReport } from "../../../istio/lint";
import { GOOD } from "../lint/corpus/good";

const PLAIN = coloursOf({});
const PROGRAM = path.resolve(__dirname, "..", "..", "..");

const OPEN = `# a comment
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: open, namespace: shops }
spec: { rules: [{}] }
---

apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shops }
spec: { selector: { app: cart }, ports: [{ name: web, port: 80 }] }
`;

describe("mesh lint", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "global-mesh-lint-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    const full = path.join(folder, name);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  function run(args: LintArgs, input = ""): LintReport {
    return lintCommand(args, { catalog, readInput: () => input });
  }

  const places = ({ findings }: LintReport): readonly unknown[] =>
    findings.map(({ code, source }) => [code, source]);

  it("finds nothing in the tracked catalog, read from the project's files", () => {
    assert.deepEqual(run({ files: [], program: PROGRAM }).findings, []);
  });

  it("names file and line of each document", () => {
    const open = file("open.yaml", OPEN);
    assert.deepEqual(places(run({ files: [open] })), [
      ["GM502", { file: open, line: 2 }],
      ["GM603", { file: open, line: 8 }],
    ]);
  });

  it("reads folders to the bottom, lists, JSON and standard input, and passes over what is no object", () => {
    file("a/b/open.yml", OPEN);
    file("a/kustomization.yaml", "resources: [b/open.yml]");
    file("a/readme.md", "kind: {");
    const list = { kind: "List", apiVersion: "v1", items: readObjects(OPEN, "").map(({ object }) => object) };
    file("list.json", JSON.stringify(list));
    assert.equal(run({ files: [path.join(folder, "a")] }).findings.length, 2);
    assert.equal(run({ files: [path.join(folder, "list.json")] }).findings.length, 2);
    assert.deepEqual(places(run({ files: ["-"] }, OPEN)), [
      ["GM502", { file: "standard input", line: 2 }],
      ["GM603", { file: "standard input", line: 8 }],
    ]);
    assert.deepEqual(run({ files: ["-"] }, "a: 1\n---\n- b\n---\n# nothing\n").findings, []);
  });

  it("compares clusters, each with a file or folder of its own", () => {
    const east = file("eastus/all.yaml", GOOD);
    const west = file("westeurope/all.yaml", GOOD.replace("operators", "everybody"));
    const folders = [path.dirname(east), path.dirname(west)];
    const { findings } = run({ files: folders, perCluster: true });
    assert.deepEqual(
      findings.map(({ code, clusters, setting }) => [code, clusters, setting]),
      [["GM901", ["westeurope"], "spec.rules[0].from[0].source.notNamespaces[0]"]],
    );
  });

  it("calls a file that is missing, unreadable or out of place wrong usage", () => {
    const refuses = (args: LintArgs, message: RegExp): void =>
      assert.throws(
        () => run(args),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    refuses({ files: [path.join(folder, "no.yaml")] }, /no\.yaml: there is no such file/);
    refuses({ files: [folder] }, /there is no .yaml, .yml or .json file/);
    refuses({ files: [file("bad.yaml", "a: 1\n---\nb: [1\n")] }, /bad\.yaml:\d+: /);
    refuses(
      { files: [file("alias.yaml", "a: 1\n---\nkind: A\nb: *nowhere\n")] },
      /alias\.yaml:\d+: .*nowhere/,
    );
    // Linux has it, and nobody reads it from its beginning.
    refuses({ files: ["/proc/self/mem"] }, /mem: EIO/);
    refuses({ files: ["x"], program: "." }, /--program goes with the catalog/);
    refuses({ files: [], perCluster: true }, /--per-cluster goes with files/);
  });

  it("shows what is as bad as asked for, by file, with a line that sums it up", () => {
    const open = file("open.yaml", OPEN);
    const report = run({ files: [open] });
    const text = renderReport(report, PLAIN);
    assert.equal(text.split("\n")[0], open);
    assert.match(text, /error GM502 An AuthorizationPolicy does not let everybody in/);
    assert.match(text, /AuthorizationPolicy shops\/open \(.*open\.yaml:2\)/);
    assert.match(text, /warning GM603 .* \[IST0118, KIA0601\]/);
    assert.match(text, /fix: Give the rule from, to or when/);
    assert.match(text, /\n1 error, 1 warning\.$/);
    const errors = renderReport(atLeast(report, "error"), PLAIN);
    assert.match(errors, /\n1 error\.$/);
    assert.doesNotMatch(errors, /GM603/);
    const escape = String.fromCharCode(27);
    assert.ok(!text.includes(escape) && renderReport(report, pc.createColors(true)).includes(escape));
    assert.equal(renderReport({ findings: [], suppressed: [] }, PLAIN), "No finding.");
    assert.match(renderReport(run({ files: [], program: PROGRAM }), PLAIN), /^No finding; \d+ suppressed\.$/);
  });
});
