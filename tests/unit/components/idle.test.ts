import assert from "node:assert/strict";
import { warnIdle } from "../../../components/plan";
import { application, binding } from "../../../istio/intent";
import { compileRegion } from "../../../istio/region";
import { runProgram } from "../../support/mocks";
import { parseVariation } from "../config/tracked";

/** The warnings of a remote for an application that is bound to regions with that label. */
async function warnings(label: string, namespaces: readonly { readonly name: string }[]): Promise<string[]> {
  const settings = parseVariation({ stack: "westeurope", set: { topology: "primary-remote" } });
  assert.ok(settings.role === "region");
  const shops = application({ name: "shops", namespaces, meshMtls: "STRICT" });
  const chosen = { ...settings, applications: ["shops"] };
  const bindings = [
    binding({ name: "shops", clusters: [{ matchLabels: { mesh: label } }], applications: ["shops"] }),
  ];
  const run = await runProgram({ stack: "westeurope" }, () => {
    warnIdle(chosen, compileRegion(chosen, { applications: [shops], bindings }));
    return Promise.resolve();
  });
  return run.warnings.filter((line) => line.startsWith("no binding of the catalog"));
}

describe("a remote", () => {
  it("is not said to be without policy where its applications bring no namespaces", async () => {
    assert.deepEqual(await warnings("enabled", []), []);
    assert.deepEqual(await warnings("enabled", [{ name: "shops" }]), []);
  });

  it("is said to be so where nothing is bound to it", async () => {
    assert.equal((await warnings("none", [])).length, 1);
  });
});
