import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  cluster,
  clusterId,
  identityId,
  net,
  network,
  ready,
  refused,
  subnet,
  systemPool,
  userPool,
} from "./support";

describe("a managed cluster that AKS does not take", () => {
  const overlay = { networkPlugin: "azure", networkPluginMode: "overlay" };
  const cases: [string, Parameters<typeof cluster>, string, RegExp][] = [
    ["no identity", [{}, { identity: { type: "None" } }], "ServicePrincipalProfileRequired", /identity/],
    [
      "a missing identity",
      [{}, { identity: { type: "UserAssigned", userAssignedIdentities: { [identityId("x")]: {} } } }],
      "UserAssignedIdentityNotFound",
      /x/,
    ],
    ["local accounts off without Entra", [{ aadProfile: undefined }], "InvalidParameter", /managed Entra/],
    ["legacy Entra", [{ aadProfile: { managed: false } }], "AADLegacyIntegrationRetired", /managed/],
    [
      "workload identity without issuer",
      [{ oidcIssuerProfile: { enabled: false } }],
      "OIDCIssuerRequired",
      /oidcIssuer/,
    ],
    ["an unknown version", [{ kubernetesVersion: "1.99" }], "K8sVersionNotSupported", /1\.99/],
    ["no dnsPrefix", [{ dnsPrefix: undefined }], "InvalidDNSPrefix", /dnsPrefix/],
    [
      "no system pool",
      [{ agentPoolProfiles: [systemPool({ mode: "User" })] }],
      "InvalidParameter",
      /system agent pool/,
    ],
    [
      "two pools of one name",
      [{ agentPoolProfiles: [systemPool(), systemPool()] }],
      "InvalidParameter",
      /used twice/,
    ],
    [
      "a bad pool name",
      [{ agentPoolProfiles: [systemPool({ name: "System-1" })] }],
      "InvalidParameter",
      /agentPoolProfiles\[0\]\.name/,
    ],
    [
      "autoscaling without bounds",
      [{ agentPoolProfiles: [systemPool({ maxCount: undefined })] }],
      "InvalidParameter",
      /maxCount/,
    ],
    [
      "bounds upside down",
      [{ agentPoolProfiles: [systemPool({ minCount: 5 })] }],
      "InvalidParameter",
      /minCount 5/,
    ],
    [
      "a count outside the bounds",
      [{ agentPoolProfiles: [systemPool({ count: 9 })] }],
      "InvalidParameter",
      /count 9/,
    ],
    [
      "a missing subnet",
      [{ agentPoolProfiles: [systemPool({ vnetSubnetID: `${net("v")}/subnets/x` })] }],
      "InvalidResourceReference",
      /subnets\/x/,
    ],
    ["a pod subnet in overlay", [{ networkProfile: overlay }], "InvalidParameter", /podSubnetID/],
    [
      "services inside the network",
      [{ networkProfile: { networkPlugin: "azure", serviceCidr: "10.1.0.0/24", dnsServiceIP: "10.1.0.10" } }],
      "ServiceCidrOverlapExistingSubnetsCidr",
      /10\.1\.0\.0\/24/,
    ],
    [
      "DNS outside the services",
      [
        {
          networkProfile: { networkPlugin: "azure", serviceCidr: "10.96.0.0/16", dnsServiceIP: "10.0.0.10" },
        },
      ],
      "InvalidDNSServiceIP",
      /10\.0\.0\.10/,
    ],
    [
      "overlay without azure",
      [{ networkProfile: { networkPlugin: "kubenet", networkPluginMode: "overlay" } }],
      "InvalidParameter",
      /networkPlugin azure/,
    ],
    [
      "a bad authorized range",
      [{ apiServerAccessProfile: { authorizedIPRanges: ["300.0.0.1"] } }],
      "InvalidAuthorizedIPRange",
      /300/,
    ],
    [
      "ranges on a private cluster",
      [{ apiServerAccessProfile: { authorizedIPRanges: ["1.2.3.4"], enablePrivateCluster: true } }],
      "InvalidAuthorizedIPRange",
      /private/,
    ],
    [
      "long-term support without Premium",
      [{ supportPlan: "AKSLongTermSupport" }],
      "LTSRequiresPremium",
      /Premium/,
    ],
    [
      "an unknown property",
      [{ networkProfile: { networkPlugn: "azure" } }],
      "InvalidRequestContent",
      /properties\.networkProfile\.networkPlugn/,
    ],
    [
      "a value outside its set",
      [{}, { sku: { tier: "Gold" } }],
      "InvalidParameter",
      /Gold.*Free, Standard, Premium/,
    ],
  ];
  for (const [what, args, code, words] of cases) {
    it(`is refused: ${what}`, async () => {
      const b = await ready();
      await refused(() => b.put(clusterId("c"), cluster(...args)), code, words);
      assert.deepEqual(b.host.asked, []);
    });
  }

  const fixed: [string, Parameters<typeof cluster>, RegExp][] = [
    ["dnsPrefix", [{ dnsPrefix: "d" }], /dnsPrefix/],
    [
      "the service range",
      [
        {
          networkProfile: { networkPlugin: "azure", serviceCidr: "10.97.0.0/16", dnsServiceIP: "10.97.0.10" },
        },
      ],
      /networkProfile/,
    ],
    [
      "a pool's machine",
      [{ agentPoolProfiles: [systemPool({ vmSize: "Standard_E4" })] }],
      /agentPoolProfiles.vmSize/,
    ],
  ];
  for (const [what, args, words] of fixed) {
    it(`cannot change ${what}`, async () => {
      const b = await ready();
      await b.put(clusterId("c"), cluster());
      await refused(() => b.put(clusterId("c"), cluster(...args)), "PropertyChangeNotAllowed", words);
    });
  }
});

describe("an agent pool", () => {
  it("is refused without machine, in another network, newer than its cluster, or with a changed machine", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster({ kubernetesVersion: "1.34" }));
    const pool = `${clusterId("c")}/agentPools/user`;
    await refused(() => b.put(pool, { properties: {} }), "InvalidParameter", /vmSize/);
    await refused(
      () => b.put(pool, { properties: { ...userPool.properties, orchestratorVersion: "1.35" } }),
      "NodePoolMcVersionIncompatible",
    );
    await b.put(net("w"), network("10.2.0.0/16"));
    await b.put(`${net("w")}/subnets/s`, subnet("10.2.0.0/24"));
    await refused(
      () => b.put(pool, { properties: { ...userPool.properties, vnetSubnetID: `${net("w")}/subnets/s` } }),
      "InvalidParameter",
      /same virtual network/,
    );
    await refused(() => b.put(`${clusterId("c")}/agentPools/User1`, userPool), "InvalidResourceName");
    await refused(() => b.put(`${clusterId("x")}/agentPools/user`, userPool), "ParentResourceNotFound");
    await b.put(pool, userPool);
    await refused(
      () => b.put(pool, { properties: { ...userPool.properties, vmSize: "Standard_E4" } }),
      "PropertyChangeNotAllowed",
      /vmSize/,
    );
  });
});

describe("a delegated subnet", () => {
  const delegations = [
    { name: "aks-delegation", properties: { serviceName: "Microsoft.ContainerService/managedClusters" } },
  ];
  const delegate = (b: Awaited<ReturnType<typeof ready>>, name: string, range: string) =>
    b.put(`${net("v")}/subnets/${name}`, { properties: { ...subnet(range).properties, delegations } });

  it("serves pods, and never nodes", async () => {
    const b = await ready();
    await delegate(b, "pods", "10.1.64.0/18");
    await b.put(clusterId("c"), cluster());
    await b.remove(clusterId("c"));
    await delegate(b, "nodes", "10.1.0.0/20");
    await refused(() => b.put(clusterId("c"), cluster()), "SubnetIsDelegated", /delegated subnet/);
  });
});
