import assert from "node:assert/strict";
import { azureNames, dnsLabelFault, networkSpec, PEERING, publicAddress } from "../../../azure";
import { subnetPlan } from "../../../topology";

const common = { names: azureNames("global-mesh", "eastus"), location: "eastus", tags: {} };
const spec = (plugin: "node-subnet" | "pod-subnet", peerRanges: string[]) =>
  networkSpec({ ...common, cidr: "10.10.0.0/16", subnets: subnetPlan("10.10.0.0/16", plugin), peerRanges });

describe("the network of a region", () => {
  it("has standalone subnets only", () => {
    assert.equal("subnets" in spec("pod-subnet", []).virtualNetwork, false);
  });

  it("gives pods a subnet of their own where they are to have one", () => {
    assert.deepEqual(spec("pod-subnet", []).pods, {
      key: "pods",
      subnetName: "pods",
      addressPrefix: "10.10.0.0/17",
      delegations: [{ name: "aks-delegation", serviceName: "Microsoft.ContainerService/managedClusters" }],
    });
    assert.equal("delegations" in spec("pod-subnet", []).nodes, false);
    assert.equal(spec("node-subnet", []).pods, undefined);
  });

  it("admits the pods of all peers on every port, and the Internet to the gateway's ports", () => {
    const [peers, gateway = peers] = spec("pod-subnet", ["10.30.0.0/16", "10.20.0.0/16"]).securityGroup
      .securityRules;
    assert.deepEqual(peers?.sourceAddressPrefixes, ["10.20.0.0/16", "10.30.0.0/16"]);
    assert.deepEqual([peers.destinationAddressPrefix, peers.destinationPortRange], ["10.10.0.0/16", "*"]);
    assert.deepEqual(
      [gateway?.sourceAddressPrefix, gateway?.destinationPortRanges],
      ["Internet", ["80", "443"]],
    );
  });

  it("admits named sources to the gateway between networks, and nobody where none is known", () => {
    const subnets = subnetPlan("10.10.0.0/16", "pod-subnet");
    const rules = (sources: readonly string[]) =>
      networkSpec({
        ...common,
        cidr: "10.10.0.0/16",
        subnets,
        peerRanges: [],
        eastWest: { sources, ports: [15443, 15012] },
      }).securityGroup.securityRules;
    const rule = rules(["203.0.113.3/32", "203.0.113.2/32", "203.0.113.3/32"]).at(-1);
    assert.deepEqual(
      [rule?.access, rule?.protocol, rule?.sourceAddressPrefixes, rule?.destinationPortRanges],
      ["Allow", "Tcp", ["203.0.113.2/32", "203.0.113.3/32"], ["15443", "15012"]],
    );
    assert.equal(rule?.sourceAddressPrefix, undefined);
    assert.deepEqual(
      rules([]).map(({ name }) => name),
      ["gateway-from-internet"],
    );
  });

  it("admits no peers where there are none", () => {
    const names = spec("pod-subnet", []).securityGroup.securityRules.map((rule) => rule.name);
    assert.deepEqual(names, ["gateway-from-internet"]);
  });

  it("lets nothing but the peer's own traffic through a peering", () => {
    assert.deepEqual(PEERING, {
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: false,
      allowGatewayTransit: false,
      useRemoteGateways: false,
    });
  });
});

describe("a public address", () => {
  const address = { name: "a", location: "eastus", zones: ["2", "1"], tags: {} };

  it("is Standard, static and in all zones", () => {
    const { sku, publicIPAllocationMethod, zones, dnsSettings } = publicAddress(address);
    assert.deepEqual([sku.name, publicIPAllocationMethod, zones], ["Standard", "Static", ["1", "2"]]);
    assert.equal(dnsSettings, undefined);
  });

  it("has the bare label, or one with a hash of the tenant", () => {
    const label = (dnsLabelScope: "exact" | "tenant") =>
      publicAddress({ ...address, dnsLabel: "eastus-cluster", dnsLabelScope }).dnsSettings;
    assert.deepEqual(label("exact"), { domainNameLabel: "eastus-cluster" });
    assert.deepEqual(label("tenant"), {
      domainNameLabel: "eastus-cluster",
      domainNameLabelScope: "TenantReuse",
    });
  });
});

describe("a DNS label", () => {
  const facts = { label: "eastus-cluster", location: "eastus" };

  it("can be used when it is free, or when it is ours already", () => {
    assert.equal(dnsLabelFault({ ...facts, available: true }), undefined);
    assert.equal(dnsLabelFault({ ...facts, available: false, ownLabel: "eastus-cluster" }), undefined);
  });

  it("is refused when somebody else has it, with the two ways out", () => {
    const message =
      'global-mesh:dnsLabel: "eastus-cluster" is taken: eastus-cluster.eastus.cloudapp.azure.com belongs to ' +
      "somebody else. A label is unique per Azure location over all tenants. Set another one (pulumi config set " +
      "global-mesh:dnsLabel <label>), or let Azure add a hash of your tenant (pulumi config set " +
      "global-mesh:dnsLabelScope tenant).";
    assert.equal(dnsLabelFault({ ...facts, available: false }), message);
    assert.equal(dnsLabelFault({ ...facts, available: false, ownLabel: "another" }), message);
  });
});
