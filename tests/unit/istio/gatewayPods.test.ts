import assert from "node:assert/strict";
import { metadata, type IstioObject } from "../../../istio/model";
import { describeFault } from "../../../istio/rules/fault";
import { checkGatewayPods } from "../../../istio/rules/gatewayPods";
import { checkGatewayPorts } from "../../../istio/rules/gatewayPorts";
import { profiles, type ProfileName } from "../../../istio/values";

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

describe("a port of a Gateway", () => {
  const serving = (istio: string, ...ports: readonly number[]): IstioObject => ({
    ...gatewayFor(istio),
    spec: { selector: { istio }, servers: ports.map((number) => ({ port: { number } })) },
  });

  it("is one of the Service of the region's gateway, with the values of every profile", () => {
    for (const name of Object.keys(profiles) as ProfileName[]) {
      const found = checkGatewayPorts([serving("internal-gateway", 80, 443, 8443)], profiles[name]);
      assert.deepEqual(
        found.map(({ setting, allowed }) => `${setting}: ${allowed}`),
        [
          "global-mesh:values.internalGateway.service.ports: a list with 8443, which Gateway " +
            "istio-ingress/for-internal-gateway serves",
        ],
        name,
      );
    }
  });

  it("is one that the user's values add, and any where they are not known or the pods are the user's own", () => {
    const values = (ports: unknown) => ({
      ...profiles.minimal,
      gateway: { service: { ports: ports as never } },
    });
    const gateway = serving("ingressgateway", 8443);
    assert.deepEqual(checkGatewayPorts([gateway], values([{ port: 8443 }])), []);
    assert.equal(checkGatewayPorts([gateway], values([{ port: 443 }])).length, 1);
    assert.deepEqual(checkGatewayPorts([gateway], values(Symbol("later"))), []);
    assert.deepEqual(checkGatewayPorts([serving("partners", 8443)], profiles.minimal), []);
  });
});
