import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { address, bench, group, id, ipId, net, network, refused, text } from "./support";

describe("public addresses", () => {
  it("get an address of their region, a name and defaults, and keep them", async () => {
    const b = bench();
    await b.put(id("g"), group);
    const one = await b.put(ipId("one"), address("eastus-cluster"));
    assert.equal(one.properties["ipAddress"], "127.9.1.1");
    assert.deepEqual(one.properties["dnsSettings"], {
      domainNameLabel: "eastus-cluster",
      fqdn: "eastus-cluster.eastus.cloudapp.azure.com",
    });
    assert.equal(one.properties["idleTimeoutInMinutes"], 4);
    const west = await b.put(ipId("west"), { ...address(), location: "West Europe" });
    assert.equal(west.location, "westeurope");
    assert.equal(west.properties["ipAddress"], "127.9.17.1");
    assert.equal((await b.put(ipId("one"), address("other"))).properties["ipAddress"], "127.9.1.1");
    await b.remove(ipId("one"));
    assert.equal((await b.put(ipId("one"), address())).properties["ipAddress"], "127.9.1.2");
  });

  it("refuse a label that is taken, here or elsewhere, unless the tenant's hash makes it unique", async () => {
    const b = bench();
    await b.put(id("g"), group);
    await b.put(ipId("one"), address("shop"));
    await refused(() => b.put(ipId("two"), address("shop")), "DnsRecordInUse", /shop\.eastus\.cloudapp/);
    await b.put(ipId("west"), { ...address("shop"), location: "westeurope" });
    b.arm.takeLabel("mesh", "eastus");
    await refused(() => b.put(ipId("two"), address("mesh")), "DnsRecordInUse");
    const scoped = address("mesh");
    const dnsSettings = { domainNameLabel: "mesh", domainNameLabelScope: "TenantReuse" };
    const two = await b.put(ipId("two"), { ...scoped, properties: { ...scoped.properties, dnsSettings } });
    assert.match(
      text((two.properties["dnsSettings"] as { fqdn: string }).fqdn),
      /^mesh\.[0-9a-f]{16}\.eastus\.cloudapp\.azure\.com$/,
    );
    await refused(() => b.put(ipId("three"), address("Shop_1")), "InvalidDomainNameLabel");
  });

  it("refuse Basic, dynamic allocation and a change of what is fixed", async () => {
    const b = bench();
    await b.put(id("g"), group);
    await refused(() => b.put(ipId("one"), { location: "eastus" }), "BasicSkuPublicIpAddressRetired");
    await refused(
      () => b.put(ipId("one"), { ...address(), properties: { publicIPAllocationMethod: "Dynamic" } }),
      "PublicIPAddressSkuRequiresStaticAllocation",
    );
    await b.put(ipId("one"), { ...address(), zones: ["1", "2"] });
    await b.put(ipId("one"), { ...address(), zones: ["2", "1"] });
    await refused(
      () => b.put(ipId("one"), { ...address(), zones: ["3"] }),
      "PropertyChangeNotAllowed",
      /zones/,
    );
    await refused(
      () => b.put(ipId("one"), { ...address(), location: "westeurope" }),
      "InvalidResourceLocation",
    );
  });
});

describe("what subnets are attached to", () => {
  it("cannot go while attached", async () => {
    const b = bench();
    await b.put(id("g"), group);
    await b.put(net("v"), network("10.1.0.0/16"));
    const nsg = id("g/providers/Microsoft.Network/networkSecurityGroups/n");
    const nat = id("g/providers/Microsoft.Network/natGateways/n");
    await b.put(nsg, group);
    await b.put(ipId("out"), address());
    await b.put(nat, {
      ...group,
      sku: { name: "Standard" },
      properties: { publicIpAddresses: [{ id: ipId("out") }] },
    });
    await b.put(`${net("v")}/subnets/s`, {
      properties: {
        addressPrefix: "10.1.0.0/24",
        networkSecurityGroup: { id: nsg },
        natGateway: { id: nat },
      },
    });
    assert.equal((b.arm.get(nsg).properties["subnets"] as unknown[]).length, 1);
    await refused(() => b.remove(nsg), "InUseNetworkSecurityGroupCannotBeDeleted");
    await refused(() => b.remove(nat), "InUseNatGatewayCannotBeDeleted");
    await refused(() => b.remove(ipId("out")), "PublicIPAddressCannotBeDeleted", /natGateways/);
    await refused(
      () =>
        b.put(`${net("v")}/subnets/t`, {
          properties: { addressPrefix: "10.1.1.0/24", networkSecurityGroup: { id: `${nsg}x` } },
        }),
      "InvalidResourceReference",
    );
    await b.remove(`${net("v")}/subnets/s`);
    await b.remove(nsg);
    await b.remove(nat);
    await b.remove(ipId("out"));
  });

  it("refuse two rules of one priority and direction", async () => {
    const b = bench();
    await b.put(id("g"), group);
    const rule = (name: string) => ({
      name,
      properties: {
        protocol: "Tcp",
        access: "Allow",
        direction: "Inbound",
        priority: 100,
        destinationPortRange: "80",
      },
    });
    const nsg = id("g/providers/Microsoft.Network/networkSecurityGroups/n");
    await refused(
      () => b.put(nsg, { ...group, properties: { securityRules: [rule("a"), rule("b")] } }),
      "SecurityRuleConflict",
    );
  });
});
