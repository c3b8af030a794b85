import assert from "node:assert/strict";
import { metadata, type IstioObject } from "../../../istio/model";
import { describeFault } from "../../../istio/rules/fault";
import { checkGatewayPods } from "../../../istio/rules/gatewayPods";

const gatewayFor = (istio: string): IstioObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: metadata("shop", "istio-ingress", `for-${istio}`),
  spec: { selector: { istio }, servers: [] },
});
const said = (istio: string, gateways: Parameters<typeof checkGatewayPods>[1]): readonly string[] =>
  checkGatewayPods([gatewayFor(istio)], gateways).map(describeFault);

describe("a Gateway of the catalog", () => {
  it("for a gateway that the region has is taken", () => {
    assert.deepEqual(said("ingressgateway", ["gateway"]), []);
    assert.deepEqual(said("egressgateway", ["gateway", "egressGateway"]), []);
    assert.deepEqual(said("internal-gateway", ["gateway", "internalGateway"]), []);
  });

  it("for pods of the user's own is taken", () => {
    assert.deepEqual(said("partners", ["gateway"]), []);
    assert.deepEqual(checkGatewayPods([{ ...gatewayFor("x"), spec: {} }], ["gateway"]), []);
  });

  it("for an egress gateway that the region does not have is refused", () => {
    assert.deepEqual(said("egressgateway", ["gateway"]), [
      'global-mesh:egressGateway: got "no egress gateway in this region"; allowed is "always", because the catalog gives ' +
        "this region Gateways for istio-egressgateway: istio-ingress/for-egressgateway. Set it, or leave the entries " +
        "out that need istio-egressgateway.",
    ]);
  });

  it("for an internal gateway that the region does not have is refused", () => {
    assert.match(
      said("internal-gateway", ["gateway", "egressGateway"]).join(),
      /^global-mesh:internalGateway: got false; allowed is true, because .*istio-ingress\/for-internal-gateway/,
    );
  });
});
