import assert from "node:assert/strict";
import { aiAgent } from "../../../catalog/ai-agent";
import { apiCanary } from "../../../catalog/api-canary";
import type { Application } from "../../../istio/intent";
import type { RolloutPhase } from "../../../topology";
import { caller } from "./support/callers";
import { isServed, Load, PATIENT_MS } from "./support/load";
import type { TestMesh } from "./support/mesh";
import type { Place } from "./support/play";
import type { Requests, Sender } from "./support/requests";
import { expectShares, versionOf } from "./support/shares";
import { onStage } from "./support/shared";
import { shop as tracked } from "./support/shop";
import { weightsAt } from "./support/weights";

const REGION = "eastus";
const AGENT: Sender = { region: REGION, workload: "ai-agent" };
const CANARY_CALLER: Sender = { region: REGION, workload: "api/frontend" };
const SHOP_CALLER: Sender = { region: REGION, workload: "microservices/frontend" };
const SHOP = "api-gateway.microservices.svc.cluster.local";
const SHOP_URL = `http://${SHOP}:8080/api/products`;
const PHASES: readonly RolloutPhase[] = [10, 25, 50, 75, 100];

const PATIENT = { url: SHOP_URL, timeoutMs: PATIENT_MS };

/** Of the shop the two entrances run: one that has a canary, and one that calls it. */
function replicas({ service, version }: Place): number {
  if (service === "frontend") return version === "v1" ? 1 : 0;
  return ["ai-agent", "api-service", "api-gateway"].includes(service) ? 1 : 0;
}

/** The shop without its pools, which end a connection after two requests: thousands of handshakes show no share. */
const shop: Application = {
  ...tracked,
  services: tracked.services.map(({ connectionPool: _pool, ...one }) => one),
};

/** The shop with the canary of its API gateway made stable, and the next version on trial. */
const promoted: Application = {
  ...shop,
  services: shop.services.map((one) =>
    one.name === "api-gateway" ? { ...one, rollout: { stable: "v2", canary: "v3" } } : one,
  ),
};

/** Weights of VirtualServices in one region; what is asked for is what 2,000 requests make of them. */
describe("splits over versions", function () {
  this.timeout(900_000);
  let mesh: TestMesh;
  let requests: Requests;

  /** The canary of the shop's API gateway at a phase, or unnamed in rollouts.yaml. */
  const show = async (phase: RolloutPhase | undefined, application = shop): Promise<void> => {
    ({ mesh, requests } = await onStage({
      regions: [REGION],
      applications: [aiAgent, apiCanary, application],
      rollouts: phase === undefined ? {} : { "microservices/api-gateway": phase },
      replicas,
      extra: () => caller("api", "frontend"),
    }));
  };

  /** Sends as the shop's frontend and expects this share at the canary. */
  const expectCanary = async (percent: Readonly<Record<string, number>>): Promise<void> => {
    await weightsAt(mesh, SHOP_CALLER, SHOP, percent);
    await expectShares(requests, { from: SHOP_CALLER, url: SHOP_URL, by: versionOf, percent });
  };

  before(() => show(undefined));

  it("80 to 20: ai-agent", async () => {
    const percent = { v1: 80, v2: 20 };
    await weightsAt(mesh, AGENT, "ai-agent.global", percent);
    const url = "http://ai-agent.global/api/health";
    await expectShares(requests, { from: AGENT, url, by: versionOf, percent });
  });

  it("90 to 10: api-canary", async () => {
    const percent = { v1: 90, v2: 10 };
    await weightsAt(mesh, CANARY_CALLER, "api-service.api.svc.cluster.local", percent);
    const url = "http://api-service.api.svc.cluster.local/";
    await expectShares(requests, { from: CANARY_CALLER, url, by: versionOf, percent });
  });

  it("none to a canary that rollouts.yaml does not name", async () => {
    await expectCanary({ v1: 100, v2: 0 });
  });

  for (const phase of PHASES)
    it(`${phase} percent to a canary in that phase`, async () => {
      await show(phase);
      await expectCanary({ v1: 100 - phase, v2: phase });
    });

  it("all to a canary that was promoted; no request fails on the way, the old version's end included", async () => {
    const load = Load.start(requests, SHOP_CALLER, { order: PATIENT });
    await show(undefined, promoted);
    await weightsAt(mesh, SHOP_CALLER, SHOP, { v2: 100 });
    const failed = (await load.stop()).filter((result) => !isServed(result));
    assert.deepEqual(failed, []);
    await expectCanary({ v2: 100, v3: 0 });
  });

  it("none to a canary that was aborted; no request fails on the way", async () => {
    await show(50, promoted);
    await weightsAt(mesh, SHOP_CALLER, SHOP, { v2: 50, v3: 50 });
    const load = Load.start(requests, SHOP_CALLER, { order: PATIENT });
    await show(0, promoted);
    await weightsAt(mesh, SHOP_CALLER, SHOP, { v2: 100 });
    const results = await load.stop();
    assert.deepEqual(
      results.filter((result) => !isServed(result)),
      [],
    );
    assert.ok(results.length > 0, "the load sent");
    await expectCanary({ v2: 100, v3: 0 });
  });
});
