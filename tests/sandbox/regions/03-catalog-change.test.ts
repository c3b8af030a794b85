import assert from "node:assert/strict";
import { kube } from "../../support/kube";
import { planned } from "../../support/pulumi";
import { sharedStanding } from "../../support/standing";

const REGIONS = ["eastus", "westeurope", "southeastasia"];

interface VirtualService {
  readonly spec: { readonly http: readonly { readonly route: readonly { readonly weight: number }[] }[] };
}

describe("a change of the split in the catalog", () => {
  const standing = sharedStanding();
  const { context } = standing;

  before(() => standing.edit("catalog/ai-agent/index.ts", "{ v1: 80, v2: 20 }", "{ v1: 70, v2: 30 }"));
  after("put the split back", async () => {
    standing.edit("catalog/ai-agent/index.ts", "{ v1: 70, v2: 30 }", "{ v1: 80, v2: 20 }");
    for (const region of REGIONS) await context.workspace.up(region);
  });

  for (const region of REGIONS) {
    it(`is one update of the VirtualService in ${region}, and up applies it`, async () => {
      const steps = await planned(context, region);
      assert.deepEqual(
        steps.map(({ op, kind }) => ({ op, kind })),
        [{ op: "update", kind: "VirtualService" }],
      );
      const up = await context.workspace.up(region);
      assert.equal(up.changes["update"], 1);
      const service = await kube(context, region).json<VirtualService>([
        "-n",
        "production",
        "get",
        "virtualservice",
        "ai-agent",
      ]);
      assert.deepEqual(
        service.spec.http.flatMap((http) => http.route.map((route) => route.weight)),
        [70, 30],
      );
    });
  }

  it("is nothing to do in global", async () => {
    assert.deepEqual(await planned(context, "global"), []);
  });
});
