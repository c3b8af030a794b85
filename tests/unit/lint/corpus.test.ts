import assert from "node:assert/strict";
import { lint, type LintCluster } from "../../../istio/lint";
import { describedRules } from "../../../istio/lint/rules/described";
import { edgeFaults } from "./corpus/edge";
import type { SeededFault } from "./corpus/fault";
import { GOOD } from "./corpus/good";
import { securityFaults } from "./corpus/security";
import { trafficFaults } from "./corpus/traffic";
import { clusterOf, codes, REGIONS } from "./support";

const corpus: readonly SeededFault[] = [...trafficFaults, ...edgeFaults, ...securityFaults];

describe("lint: the corpus of seeded faults", () => {
  for (const fault of corpus) {
    it(`${fault.code} alone finds ${fault.name}`, () => {
      const [east = "", west = ""] = REGIONS;
      const clusters = [
        seeded(fault.yaml, east),
        ...(fault.elsewhere === undefined ? [] : [seeded(fault.elsewhere, west)]),
      ];
      const { findings } = lint(clusters, { regions: REGIONS });
      assert.deepEqual(codes(findings), [fault.code], JSON.stringify(findings, null, 2));
    });
  }

  it("has a fault for every rule", () => {
    const seen = new Set(corpus.map(({ code }) => code));
    assert.deepEqual(
      describedRules.map(({ code }) => code).filter((code) => !seen.has(code)),
      [],
    );
  });

  it("is found in both clusters at once, as one finding", () => {
    const fault = trafficFaults.find(({ code }) => code === "GM105");
    const { findings } = lint(
      REGIONS.map((region) => ({ ...seeded(fault?.yaml ?? "", "eastus"), name: region })),
      { regions: REGIONS },
    );
    assert.deepEqual(
      findings.map(({ clusters }) => clusters),
      [REGIONS],
    );
  });
});

/** The good mesh with some objects put in, or in place of others. */
function seeded(yaml: string, region: string): LintCluster {
  const good = clusterOf(GOOD, region);
  const changes = clusterOf(yaml, region).objects;
  const name = ({ object }: LintCluster["objects"][number]): string => {
    const { kind, metadata } = object as { kind: string; metadata: { name: string; namespace?: string } };
    return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  };
  const changed = new Set(changes.map(name));
  return { ...good, objects: [...good.objects.filter((one) => !changed.has(name(one))), ...changes] };
}
