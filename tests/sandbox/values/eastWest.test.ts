import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { EAST_WEST_NAME, EAST_WEST_NAMESPACE } from "../../../istio/eastWest";
import { eastWestValues } from "../../../istio/values";
import { at, type Fields } from "./render";

const NETWORK = "topology.istio.io/network";

/** The Service and the Deployment that the pinned chart `gateway` makes of values. */
function rendered(values: unknown): { readonly service: Fields; readonly deployment: Fields } {
  const charts = process.env["SANDBOX_TEST_CHARTS"] ?? "";
  const helm = path.join(process.env["SANDBOX_TEST_TOOLS"] ?? "", "helm");
  const args = ["template", EAST_WEST_NAME, path.join(charts, "gateway"), "--values", "-"];
  const text = execFileSync(helm, [...args, "--namespace", EAST_WEST_NAMESPACE], {
    input: JSON.stringify(values),
    encoding: "utf8",
    stdio: "pipe",
  });
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Fields | null);
  const one = (kind: string): Fields => {
    const found = objects.find((object) => object?.["kind"] === kind);
    assert.ok(found, `no ${kind}`);
    return found;
  };
  return { service: one("Service"), deployment: one("Deployment") };
}

describe("the pinned chart makes an east-west gateway of our values", function () {
  this.timeout(900_000);
  const place = {
    profile: "demo",
    revision: "default",
    network: "network2",
    annotations: {},
    sources: ["10.20.0.0/16"],
  } as const;
  const ports = (exposesIstiod: boolean): unknown => {
    const { service } = rendered(eastWestValues({ ...place, exposesIstiod }));
    return (at(service, "spec.ports") as { port: number }[]).map(({ port }) => port);
  };

  it("as its own switch networkGateway does, where istiod and proxies look", () => {
    const ours = rendered(eastWestValues({ ...place, exposesIstiod: false }));
    const switched = rendered({ networkGateway: "network2" });
    const looked = ({ service, deployment }: typeof ours) => [
      (at(service, "metadata.labels") as Fields)[NETWORK],
      at(service, "spec.selector"),
      at(service, "spec.type"),
      (at(deployment, "spec.template.metadata.labels") as Fields)[NETWORK],
      at(deployment, "spec.template.spec.containers.0.env"),
    ];
    assert.deepEqual(looked(ours), looked(switched));
    assert.equal(at(ours.service, "spec.selector.istio"), "eastwestgateway");
  });

  it("with the ports that are served and no others, for named ranges only", () => {
    assert.deepEqual([ports(false), ports(true)], [[15443], [15443, 15012, 15017]]);
    const { service } = rendered(eastWestValues({ ...place, exposesIstiod: true }));
    assert.deepEqual(at(service, "spec.loadBalancerSourceRanges"), ["10.20.0.0/16"]);
  });
});
