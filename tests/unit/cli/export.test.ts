import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { catalog } from "../../../catalog";
import { EXPORT_FORMATS, exportFiles, exportText } from "../../../cli/export/command";
import { writeExport } from "../../../cli/export/write";
import { projectMatrix, renderMatrix } from "../../../cli/matrix/command";
import { loadProject } from "../../../cli/project/load";
import { coloursOf } from "../../../cli/ui/colour";
import { UsageError } from "../../../cli/usage";
import { ROOT } from "../config/tracked";

describe("the tracked project", () => {
  const project = loadProject({ program: ROOT, catalog });

  it("gives its matrix without touching a cluster", () => {
    const matrix = projectMatrix(project);
    assert.deepEqual(matrix.clusters, ["eastus", "southeastasia", "westeurope"]);
    for (const { name, compiled } of project.regions) {
      const here = Object.entries(matrix.objects).filter(([, clusters]) => clusters.includes(name));
      assert.equal(here.length, compiled.objects.length);
    }
    assert.match(
      renderMatrix(matrix, coloursOf({})),
      /production\/VirtualService\/ai-agent +│ yes +│ yes +│ yes/,
    );
  });

  it("shows an object that goes nowhere, and why", () => {
    const matrix = {
      clusters: ["eastus", "westeurope"],
      objects: { "a/ServiceEntry/b": ["westeurope"], "a/ServiceEntry/c": [] },
      unselected: [{ application: "a", entry: "services.c", objects: ["a/ServiceEntry/c"] }],
      emptyBindings: [{ binding: "d", selects: "no cluster" as const }],
    };
    const text = renderMatrix(matrix, coloursOf({}));
    assert.match(text, /a\/ServiceEntry\/b │ - +│ yes/);
    assert.match(text, /a\/ServiceEntry\/c │ - +│ - /);
    assert.match(text, /binding d selects no cluster/);
    assert.match(
      text,
      /no binding selects services\.c of application a, so no cluster gets a\/ServiceEntry\/c/,
    );
  });

  it("exports in every format, the same text each time", () => {
    const again = loadProject({ program: ROOT, catalog });
    for (const format of EXPORT_FORMATS) {
      assert.ok(exportText(project, { format }).length > 100, format);
      assert.equal(exportText(again, { format }), exportText(project, { format }));
      assert.deepEqual(exportFiles(again, { format }), exportFiles(project, { format }));
    }
  });

  it("exports one region, where the format can say so", () => {
    const of = (region: string) => exportFiles(project, { format: "yaml", region }).map((file) => file.path);
    assert.ok(of("eastus").every((file) => file.startsWith("eastus/")));
    assert.throws(
      () => of("nowhere"),
      /--region nowhere is no region of the mesh; its regions: eastus, south/,
    );
    for (const format of ["kubestellar", "fleet"] as const) {
      assert.throws(() => exportText(project, { format, region: "eastus" }), UsageError);
    }
  });
});

describe("a project with remotes", () => {
  const project = loadProject({ program: ROOT, catalog });
  const remote = {
    ...project,
    regions: project.regions.map((region) => {
      const { mesh } = region.settings;
      const regions = mesh.regions.map((one) => ({ ...one, controlPlane: "eastus" }));
      return {
        ...region,
        settings: { ...region.settings, mesh: { ...mesh, topology: "primary-remote" as const, regions } },
      };
    }),
  };

  it("exports objects for the primary only", () => {
    const paths = exportFiles(remote, { format: "yaml" }).map((file) => file.path);
    assert.deepEqual(
      paths.filter((file) => !file.startsWith("eastus/")),
      ["southeastasia", "westeurope"].flatMap((name) => [
        `${name}/kustomization.yaml`,
        `${name}/namespaces.yaml`,
      ]),
    );
    assert.ok(paths.includes("eastus/production/virtualservice-ai-agent.yaml"));
  });

  it("exports nothing that selects clusters by label, which cannot say so", () => {
    for (const format of ["kubestellar", "fleet"] as const) {
      assert.throws(() => exportText(remote, { format }), /does not go with the topology primary-remote/);
    }
  });
});

describe("the folder of an export", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "global-mesh-export-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text = name) => ({ path: name, text });
  const at = (name: string): string => path.join(folder, name);
  const found = (): readonly string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .toSorted();

  it("is made where there is none, and holds nothing but the export", () => {
    writeExport(at("new"), [file("a/b.yaml"), file("c.yaml")]);
    assert.deepEqual(found(), ["new/.mesh-export.json", "new/a/b.yaml", "new/c.yaml"]);
  });

  it("loses the files that a later export does not have, and their folders", () => {
    writeExport(folder, [file("a/b.yaml"), file("c.yaml")]);
    const { removed } = writeExport(folder, [file("c.yaml", "new")]);
    assert.deepEqual(removed, ["a/b.yaml"]);
    assert.deepEqual(found(), [".mesh-export.json", "c.yaml"]);
    assert.equal(existsSync(at("a")), false);
    assert.equal(readFileSync(at("c.yaml"), "utf8"), "new");
  });

  it("is refused where something else stands, which --force leaves alone", () => {
    writeFileSync(at("mine.txt"), "mine");
    assert.throws(() => writeExport(folder, [file("a.yaml")]), /holds mine\.txt, and no export made it/);
    assert.deepEqual(found(), ["mine.txt"]);
    writeExport(folder, [file("a.yaml")], { force: true });
    writeExport(folder, [file("b.yaml")]);
    assert.deepEqual(found(), [".mesh-export.json", "b.yaml", "mine.txt"]);
  });

  it("is refused where a new file would take the place of one that no export wrote", () => {
    writeExport(folder, [file("a.yaml")]);
    writeFileSync(at("b.yaml"), "mine");
    assert.throws(() => writeExport(folder, [file("a.yaml"), file("b.yaml")]), /b\.yaml is not of an export/);
    assert.equal(readFileSync(at("b.yaml"), "utf8"), "mine");
    writeExport(folder, [file("b.yaml", "ours")], { force: true });
    assert.equal(readFileSync(at("b.yaml"), "utf8"), "ours");
  });

  it("is not changed by an export that cannot be written", () => {
    writeExport(folder, [file("a.yaml", "old")]);
    mkdirSync(at("b"));
    assert.throws(() => writeExport(folder, [file("a.yaml", "new"), file("c/d", "x"), file("c", "x")]));
    assert.equal(readFileSync(at("a.yaml"), "utf8"), "old");
    assert.deepEqual(found(), [".mesh-export.json", "a.yaml"]);
  });

  it("removes nothing outside itself, whatever its list says", () => {
    writeFileSync(at("outside"), "mine");
    writeExport(at("in"), [file("a.yaml")]);
    writeFileSync(at("in/.mesh-export.json"), JSON.stringify({ files: ["../outside", "a.yaml"] }));
    writeExport(at("in"), [file("b.yaml")]);
    assert.deepEqual(found(), ["in/.mesh-export.json", "in/b.yaml", "outside"]);
  });
});

describe("colours", () => {
  const before = process.env["NO_COLOR"];
  afterEach(() => {
    if (before === undefined) delete process.env["NO_COLOR"];
    else process.env["NO_COLOR"] = before;
  });

  it("are for a terminal alone, unless its user wants none", () => {
    delete process.env["NO_COLOR"];
    assert.notEqual(coloursOf({ isTTY: true }).red("x"), "x");
    assert.equal(coloursOf({ isTTY: false }).red("x"), "x");
    assert.equal(coloursOf({}).red("x"), "x");
    process.env["NO_COLOR"] = "1";
    assert.equal(coloursOf({ isTTY: true }).red("x"), "x");
  });
});
