import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  chosenSettings,
  guardrailsOf,
  namedApplications,
  replacedApplications,
  requireKnown,
} from "../../../cli/sandbox/chosen";
import { sandboxContext } from "../../../cli/sandbox/context";
import { sandboxEnvironment } from "../../../cli/sandbox/environment";
import { fitSlots } from "../../../cli/sandbox/prepare";
import { UsageError } from "../../../cli/usage";

const ROOT = path.resolve(__dirname, "..", "..", "..");

describe("applications that a sandbox is told to run", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "global-mesh-chosen-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are those of the settings where nothing is said", () => {
    assert.deepEqual(chosenSettings(undefined), {});
    assert.deepEqual(namedApplications(ROOT, ["eastus"]), ["ai-agent", "cross-cluster-test"]);
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: m\n");
    writeFileSync(path.join(folder, "Pulumi.a.yaml"), "config: { global-mesh:applications: [x, y] }\n");
    writeFileSync(path.join(folder, "Pulumi.b.yaml"), "");
    assert.deepEqual(namedApplications(folder, ["a", "b", "c"]), ["x", "y"]);
  });

  it("replace those of the settings, with the internal gateway where one of them needs it", () => {
    assert.deepEqual(chosenSettings(["ai-agent"]), { "global-mesh:applications": ["ai-agent"] });
    assert.deepEqual(chosenSettings(["microservices"]), {
      "global-mesh:applications": ["microservices"],
      "global-mesh:internalGateway": true,
    });
  });

  it("name those that they replace, as each region's settings have them", () => {
    assert.deepEqual(replacedApplications(ROOT, ["eastus"], undefined), []);
    assert.deepEqual(replacedApplications(ROOT, ["eastus"], ["cross-cluster-test", "ai-agent"]), []);
    const found = replacedApplications(ROOT, ["eastus"], ["microservices"]);
    assert.deepEqual(found, ["ai-agent", "cross-cluster-test"]);
    const declared = "config: { global-mesh:applications: { default: [x] } }\n";
    writeFileSync(path.join(folder, "Pulumi.yaml"), declared);
    writeFileSync(path.join(folder, "Pulumi.a.yaml"), "config: { global-mesh:applications: [y] }\n");
    assert.deepEqual(replacedApplications(folder, ["a"], ["z"]), ["y"]);
    assert.deepEqual(replacedApplications(folder, ["a", "b"], ["z"]), ["y", "x"]);
  });

  it("are refused where the catalog has none of that name", () => {
    requireKnown(["ai-agent", "microservices"]);
    assert.throws(
      () => requireKnown(["microservice"]),
      (error: unknown) =>
        error instanceof UsageError && /^--app microservice: .*microservices/.test(error.message),
    );
  });

  it("stay chosen for later commands, until others are", () => {
    const options = { program: ROOT, home: path.join(folder, "home") };
    const context = sandboxContext({ ...options, app: ["microservices"] });
    context.home.make();
    context.home.writeIdentity({
      version: 1,
      home: context.home.root,
      block: 1,
      armUrl: "",
      subscriptionId: "s",
      slots: {},
      createdAt: "",
    });
    assert.equal(sandboxContext(options).applications, undefined);
    fitSlots(context);
    assert.deepEqual(sandboxContext(options).applications, ["microservices"]);
    fitSlots(sandboxContext({ ...options, app: ["ai-agent"] }));
    assert.deepEqual(sandboxContext(options).applications, ["ai-agent"]);
  });

  it("tell the policy pack what their authors mean to do", () => {
    assert.equal(guardrailsOf(ROOT, ["ai-agent"]), undefined);
    assert.deepEqual(guardrailsOf(ROOT, ["ai-agent", "microservices"]), {
      "istio-mtls-strict": { permissive: ["microservices/api-gateway", "microservices/frontend"] },
    });
    for (const [name, said] of Object.entries({
      one: { rule: { permissive: ["a", "b"], most: 1 } },
      two: { rule: { permissive: ["b", "c"], most: 2 }, other: { names: ["d"] } },
    })) {
      mkdirSync(path.join(folder, "catalog", name), { recursive: true });
      writeFileSync(path.join(folder, "catalog", name, "guardrails.json"), JSON.stringify(said));
    }
    assert.deepEqual(guardrailsOf(folder, ["one", "two"]), {
      rule: { permissive: ["a", "b", "c"], most: 2 },
      other: { names: ["d"] },
    });
  });

  it("have the policy pack configured only where there is something to say", () => {
    const { home } = sandboxContext({ program: ROOT, home: path.join(folder, "home") });
    home.make();
    const configured = (): string | undefined =>
      sandboxEnvironment(home, {})["PULUMI_OPTION_POLICY_PACK_CONFIG"];
    assert.equal(configured(), undefined);
    writeFileSync(home.guardrails, "{}");
    assert.equal(configured(), `"${home.guardrails}"`);
  });
});
