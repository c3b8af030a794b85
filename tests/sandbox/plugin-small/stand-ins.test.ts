import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findLeaks } from "../../support/secrets";
import type { KnownSecret } from "../../support/secrets";
import { SmallProject } from "./project";

const MADE = [
  "intermediate",
  "intermediate-key",
  "intermediate-request",
  "password",
  "root",
  "root-key",
  "suffix",
];

describe("the stand-ins random and tls under the real engine", function () {
  this.timeout(900_000);

  const tools = process.env.SANDBOX_TEST_TOOLS;
  let project: SmallProject;
  const secrets: KnownSecret[] = [];

  before(async function () {
    assert.ok(tools, "SANDBOX_TEST_TOOLS must name a folder with pulumi and pulumi-language-nodejs");
    project = new SmallProject(tools);
    await project.prepare();
  });

  after(() => project.remove());

  it("a preview plans every resource and makes none", async () => {
    const planned = await project.planned();
    assert.deepEqual(
      Object.keys(planned)
        .filter((name) => MADE.includes(name))
        .toSorted(),
      MADE,
    );
    assert.deepEqual(new Set(Object.values(planned)), new Set(["create"]));
    assert.deepEqual(await project.resources(), []);
  });

  it("up makes a chain that holds", async () => {
    const { stdout, stderr } = await project.run("up", "--yes", "--skip-preview", "--stack", "dev");
    assert.doesNotMatch(stdout + stderr, /warning/i, "no plugin is missing or of another version");
    const outputs = await project.outputs();
    const root = new X509Certificate(outputs.rootPem ?? "");
    const intermediate = new X509Certificate(outputs.intermediatePem ?? "");
    assert.ok(intermediate.verify(root.publicKey) && intermediate.checkIssued(root) && intermediate.ca);
    for (const name of ["rootKeyPem", "intermediateKey", "passwordText"]) {
      secrets.push({ name, value: outputs[name] ?? "" });
    }
  });

  it("a second up and a refresh change nothing", async () => {
    await project.run("up", "--yes", "--expect-no-changes", "--stack", "dev");
    await project.run("refresh", "--yes", "--expect-no-changes", "--stack", "dev");
  });

  it("a certificate within its early renewal window is replaced, its key and its root are not", async () => {
    const window = ["--config", "plugin-small:earlyRenewalHours=17520"];
    assert.deepEqual(await project.planned(...window), { intermediate: "replace" });
    const before = await project.outputs();
    await project.run("up", "--yes", "--skip-preview", "--stack", "dev", ...window);
    const after = await project.outputs();
    assert.notEqual(after.intermediatePem, before.intermediatePem);
    assert.equal(after.rootPem, before.rootPem);
    await project.run(
      "up",
      "--yes",
      "--skip-preview",
      "--stack",
      "dev",
      "--config",
      "plugin-small:earlyRenewalHours=0",
    );
    await project.run("up", "--yes", "--expect-no-changes", "--stack", "dev");
  });

  it("no private key and no password stands in plain text in state, backups, history or logs", () => {
    assert.equal(secrets.length, 3);
    assert.ok(readdirSync(join(project.folder, "backend", ".pulumi")).includes("history"));
    assert.deepEqual(findLeaks([join(project.folder, "backend"), project.logs, project.home], secrets), []);
    const log = readFileSync(join(project.logs, "plugin-tls.log"), "utf8");
    assert.match(
      log,
      /Create urn:pulumi:dev::plugin-small::tls:index\/privateKey:PrivateKey::root-key \d+ ms ok/,
    );
  });

  it("destroy leaves nothing", async () => {
    await project.run("destroy", "--yes", "--stack", "dev");
    assert.deepEqual(await project.resources(), []);
    assert.deepEqual(findLeaks([join(project.folder, "backend"), project.logs], secrets), []);
  });
});
