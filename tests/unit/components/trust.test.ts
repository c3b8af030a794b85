import assert from "node:assert/strict";
import type { Registration, Run } from "../../support/mocks";
import { runStack } from "../../support/stacks";

const trust = (roots: string[], signingRoot?: string): Record<string, string> => ({
  "global-mesh:trust": JSON.stringify({
    rootValidityYears: 10,
    intermediateValidityYears: 2,
    renewBeforeDays: 90,
    roots,
    ...(signingRoot === undefined ? {} : { signingRoot }),
  }),
});
const ofType = (run: Run, type: string): Registration[] =>
  run.registrations.filter((one) => one.type === type);

describe("trust of the mesh", () => {
  let run: Run;
  before(async () => {
    run = await runStack("global", {});
  });

  it("has one root of ten years that never renews itself", () => {
    const [root, ...others] = ofType(run, "tls:index/selfSignedCert:SelfSignedCert");
    assert.equal(others.length, 0);
    assert.equal(root?.inputs["validityPeriodHours"], 87_600);
    assert.equal(root.inputs["isCaCertificate"], true);
    assert.equal("earlyRenewalHours" in root.inputs, false);
  });

  it("has an intermediate for each region that signs no CA and renews early", () => {
    const certificates = ofType(run, "tls:index/locallySignedCert:LocallySignedCert");
    assert.deepEqual(
      certificates.map(({ name }) => name),
      ["eastus", "southeastasia", "westeurope"].map((region) => `intermediate-${region}-certificate`),
    );
    for (const { inputs } of certificates) {
      assert.equal(inputs["maxPathLength"], 0);
      assert.equal(inputs["validityPeriodHours"], 17_520);
      assert.equal(inputs["earlyRenewalHours"], 2_160);
      assert.equal(inputs["caPrivateKeyPem"], "[secret]");
    }
  });

  it("gives each its own subject and a key of its own", () => {
    const subjects = [
      ...ofType(run, "tls:index/certRequest:CertRequest"),
      ...ofType(run, "tls:index/selfSignedCert:SelfSignedCert"),
    ].map(({ inputs }) => (inputs["subject"] as { commonName: string }).commonName);
    assert.deepEqual(subjects.toSorted(), [
      "intermediate eastus mesh1",
      "intermediate southeastasia mesh1",
      "intermediate westeurope mesh1",
      "root r1 mesh1",
    ]);
    assert.equal(ofType(run, "tls:index/privateKey:PrivateKey").length, 4);
  });

  it("protects root and keys, and no certificate that must renew", () => {
    const isProtected = (type: string): unknown[] =>
      ofType(run, type).map(({ options }) => options["protect"]);
    assert.deepEqual(isProtected("tls:index/privateKey:PrivateKey"), [true, true, true, true]);
    assert.deepEqual(isProtected("tls:index/selfSignedCert:SelfSignedCert"), [true]);
    assert.deepEqual(isProtected("tls:index/locallySignedCert:LocallySignedCert"), [
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("protects nothing where the setting says so", async () => {
    const loose = await runStack("global", {}, { "global-mesh:protect": "false" });
    assert.ok(loose.registrations.every(({ options }) => options["protect"] === undefined));
  });

  it("exports public roots and secret intermediates", () => {
    assert.match(String(run.outputs["rootFingerprint"]), /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.equal((run.outputs["roots"] as string[]).length, 1);
    for (const region of ["eastus", "southeastasia", "westeurope"]) {
      assert.equal(run.outputs[`intermediate-${region}`], "[secret]");
    }
  });

  it("keeps every identity when a root is added, so that nothing is replaced", async () => {
    const before = new Map(run.registrations.map((one) => [one.urn, one]));
    const { registrations } = await runStack("global", {}, trust(["r1", "r2"]));
    const added = registrations.filter(({ urn }) => !before.has(urn)).map(({ name }) => name);
    assert.deepEqual(added, ["root-r2", "root-r2-key", "root-r2-certificate"]);
    const kept = registrations.filter(({ urn }) => before.has(urn));
    assert.deepEqual(kept, run.registrations);
  });

  it("signs by the root that the setting names", async () => {
    const { registrations } = await runStack("global", {}, trust(["r1", "r2"], "r2"));
    const signers = registrations
      .filter(({ type }) => type === "tls:index/locallySignedCert:LocallySignedCert")
      .map(({ options }) =>
        (options["dependsOn"] as string[]).filter((name) => name.includes("SelfSignedCert")),
      );
    assert.deepEqual(
      signers,
      Array(3).fill(["tls:index/selfSignedCert:SelfSignedCert::root-r2-certificate"]),
    );
  });
});
