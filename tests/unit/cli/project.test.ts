import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { catalog } from "../../../catalog";
import { lintCommand } from "../../../cli/lint/command";
import { projectMatrix } from "../../../cli/matrix/command";
import { loadProject } from "../../../cli/project/load";
import { UsageError } from "../../../cli/usage";
import { SettingsError } from "../../../config/faults";
import { exportModel } from "../../../istio/export/manifest";
import { CatalogError } from "../../../istio/rules/fault";
import { tracked } from "../config/tracked";

describe("a project, loaded without the engine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "global-mesh-project-"));
    for (const file of ["Pulumi.yaml", "rollouts.yaml"])
      writeFileSync(path.join(folder, file), tracked(file));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (stack: string, text: string): void =>
    writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), text);

  it("has every region of the tracked files, with what the catalog gives to it", () => {
    const { name, regions } = loadProject({ program: path.join(__dirname, "../../.."), catalog });
    assert.equal(name, "global-mesh");
    assert.deepEqual(
      regions.map((region) => region.name),
      ["eastus", "southeastasia", "westeurope"],
    );
    for (const region of regions) {
      assert.equal(region.settings.region.name, region.name);
      assert.equal(region.context.region, region.name);
      assert.ok(region.compiled.objects.length > 0);
      assert.deepEqual(
        region.compiled.entries.map(({ object }) => object),
        region.compiled.objects,
      );
    }
  });

  it("takes a stack's own value in place of the project's, as a whole", () => {
    write("westeurope", 'config: { "global-mesh:values": { istiod: { pilot: { cpu: 1 } } } }');
    const settings = loadProject({ program: folder, catalog }).regions.map((region) => region.settings);
    assert.deepEqual(
      settings.map(({ stack, values }) => [stack, values.istiod]),
      [
        ["eastus", {}],
        ["southeastasia", {}],
        ["westeurope", { pilot: { cpu: 1 } }],
      ],
    );
  });

  it("needs no address range, and no key for the kubeconfig of an existing cluster", () => {
    const secret = "{ secure: v1:abc:def }";
    write("eastus", `config: { "global-mesh:platform": existing, "global-mesh:kubeconfig": ${secret} }`);
    assert.equal(loadProject({ program: folder, catalog }).regions.length, 3);
  });

  it("reads the phases of the canaries, and refuses where there is no such file, as the program does", () => {
    const phases = (): unknown =>
      loadProject({ program: folder, catalog }).regions.map(({ context }) => context.rollouts);
    writeFileSync(path.join(folder, "rollouts.yaml"), "microservices/api-gateway: 25\n");
    assert.deepEqual(phases(), Array(3).fill({ "microservices/api-gateway": 25 }));
    rmSync(path.join(folder, "rollouts.yaml"));
    assert.throws(phases, /rollouts\.yaml/);
  });

  it("gives the primary what is bound to its remotes, and a remote its namespaces only", () => {
    write("eastus", 'config: { "global-mesh:topology": primary-remote }');
    write("westeurope", 'config: { "global-mesh:topology": primary-remote }');
    write("southeastasia", 'config: { "global-mesh:topology": primary-remote }');
    const [eastus, remote] = loadProject({ program: folder, catalog }).regions;
    assert.ok((eastus?.compiled.objects.length ?? 0) > 0);
    assert.deepEqual(remote?.compiled.objects, []);
    assert.deepEqual(remote.compiled.namespaces, eastus?.compiled.namespaces);
  });

  it("refuses what a remote says and only its primary's istiod could do", () => {
    const say = (stack: string, policy: string): void =>
      write(
        stack,
        `config: { "global-mesh:topology": primary-remote, "global-mesh:outboundTrafficPolicy": ${policy} }`,
      );
    const load = () => loadProject({ program: folder, catalog });
    for (const stack of ["eastus", "southeastasia", "westeurope"]) say(stack, "REGISTRY_ONLY");
    assert.equal(load().regions.length, 3);
    say("westeurope", "ALLOW_ANY");
    assert.throws(
      load,
      (error) =>
        error instanceof SettingsError &&
        error.stackName === "westeurope" &&
        /outboundTrafficPolicy\n {2}got: {5}"ALLOW_ANY"\n {2}allowed: REGISTRY_ONLY, as eastus/.test(
          error.message,
        ),
    );
  });

  it("takes regions with istiods of their own one by one", () => {
    write("westeurope", 'config: { "global-mesh:outboundTrafficPolicy": REGISTRY_ONLY }');
    assert.equal(loadProject({ program: folder, catalog }).regions.length, 3);
  });

  describe("of Linkerd", () => {
    const config = '"global-mesh:meshKind": linkerd, "global-mesh:applications": [api-canary]';
    beforeEach(() => {
      for (const stack of ["eastus", "southeastasia", "westeurope"]) write(stack, `config: { ${config} }`);
    });

    it("has what a region with Linkerd applies, in the matrix and in an export", () => {
      const project = loadProject({ program: folder, catalog });
      const everywhere = project.regions.map(({ name }) => name);
      assert.deepEqual(projectMatrix(project).objects, {
        "api/AuthorizationPolicy/api-service-policy": everywhere,
        "api/HTTPRoute/api-service": everywhere,
        "api/MeshTLSAuthentication/api-service-callers": everywhere,
        "api/Server/api-service": everywhere,
      });
      for (const { compiled, mesh } of project.regions) {
        assert.equal(compiled.objects.length, 4);
        const [namespace] = exportModel(mesh).namespaces;
        assert.equal(namespace?.manifest.metadata.annotations?.["linkerd.io/inject"], "enabled");
        assert.deepEqual(namespace.manifest.metadata, compiled.namespaces[0]);
      }
    });

    it("is refused with what Linkerd cannot honour", () => {
      write("westeurope", 'config: { "global-mesh:meshKind": linkerd }');
      assert.throws(
        () => loadProject({ program: folder, catalog }),
        (error) => error instanceof CatalogError && /nothing with meshKind linkerd/.test(error.message),
      );
    });

    it("is refused by the linter, which knows Istio's rules, with the regions named", () => {
      write("eastus", "config: {}");
      assert.throws(
        () => lintCommand({ files: [], program: folder }, { catalog, readInput: () => "" }),
        (error) =>
          error instanceof UsageError && /linkerd in southeastasia, westeurope, /.test(error.message),
      );
    });
  });

  it("refuses what the program refuses", () => {
    write("eastus", 'config: { "global-mesh:profile": prod, "global-mesh:tags": { a: { secure: "v1:a" } } }');
    assert.throws(
      () => loadProject({ program: folder, catalog }),
      (error) =>
        error instanceof SettingsError &&
        /global-mesh:profile\n {2}got: {5}"prod"/.test(error.message) &&
        /global-mesh:tags\n {2}got: {5}\[secret\]/.test(error.message),
    );
  });

  it("says where it looked for a project", () => {
    assert.throws(
      () => loadProject({ program: path.join(folder, "none"), catalog }),
      (error) => error instanceof UsageError && /Pulumi\.yaml does not/.test(error.message),
    );
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: a\nconfig: {}\n");
    assert.throws(() => loadProject({ program: folder, catalog }), /a:regions" has no default/);
  });
});
