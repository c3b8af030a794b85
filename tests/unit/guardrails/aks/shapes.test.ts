import assert from "node:assert/strict";
import fc from "fast-check";
import { aksRules } from "../../../../guardrails/rules/aks";
import type { GivenSettings, Subject } from "../../../../guardrails/rule";
import { UNKNOWN } from "../../../../guardrails/unknown";
import { judge, sample } from "../support/change";

const CLUSTER = "azure-native:containerservice:ManagedCluster";
const GROUP = "azure-native:network:NetworkSecurityGroup";
const GROUP_RULE = "azure-native:network:SecurityRule";
const NETWORK = "azure-native:network:VirtualNetwork";
const SUBNET = "azure-native:network:Subnet";
const DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting";
const ROLE = "azure-native:authorization:RoleAssignment";
const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CLUSTER_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c";

/** Open to the Internet on the port that the list or the range says. */
const inbound = (ports: object, source: object = { sourceAddressPrefix: "Internet" }) => ({
  access: "Allow",
  direction: "Inbound",
  ...source,
  ...ports,
});

/** Rule, kind, properties, number of violations. */
type Shape = readonly [string, string, Readonly<Record<string, unknown>>, number];

/** Other shapes of the same fault, and shapes that look like one. */
const SHAPES: readonly Shape[] = [
  ["nsg-management-ports", GROUP_RULE, inbound({ destinationPortRange: "3389" }), 1],
  ["nsg-management-ports", GROUP_RULE, inbound({ destinationPortRange: "1-65535" }), 5],
  [
    "nsg-management-ports",
    GROUP_RULE,
    inbound({ destinationPortRange: "22" }, { sourceAddressPrefix: "10.0.0.0/8" }),
    0,
  ],
  [
    "nsg-management-ports",
    GROUP_RULE,
    inbound({ destinationPortRange: "22" }, { sourceAddressPrefixes: ["10.0.0.0/8", "0.0.0.0/0"] }),
    1,
  ],
  ["nsg-management-ports", GROUP_RULE, { ...inbound({ destinationPortRange: "22" }), access: "Deny" }, 0],
  [
    "nsg-management-ports",
    GROUP_RULE,
    { ...inbound({ destinationPortRange: "22" }), direction: "Outbound" },
    0,
  ],
  ["nsg-any-to-any", GROUP, { securityRules: [UNKNOWN, inbound({ destinationPortRanges: ["*"] })] }, 1],
  ["nsg-any-to-any", GROUP, { securityRules: [inbound({ destinationPortRange: "0-65535" })] }, 1],
  ["subnet-security-group", NETWORK, { subnets: [{ name: "nodes" }, { name: "GatewaySubnet" }] }, 1],
  ["subnet-security-group", SUBNET, { subnetName: "AzureFirewallSubnet" }, 0],
  ["nsg-any-to-any", GROUP_RULE, { ...inbound({ destinationPortRange: "*" }), protocol: "Udp" }, 1],
  ["nsg-any-to-any", GROUP_RULE, { ...inbound({ destinationPortRange: "*" }), protocol: "Icmp" }, 0],
  ["nsg-any-to-any", GROUP_RULE, { ...inbound({ destinationPortRange: "*" }), protocol: UNKNOWN }, 0],
  [
    "nsg-management-ports",
    GROUP_RULE,
    { ...inbound({ destinationPortRange: "0-65535" }), protocol: "Esp" },
    0,
  ],
  ["aks-reserved-ranges", NETWORK, { addressSpace: { addressPrefixes: ["172.16.0.0/12"] } }, 0],
  ["aks-reserved-ranges", CLUSTER, { networkProfile: { serviceCidr: "192.0.2.0/24" } }, 1],
  ["aks-reserved-ranges", CLUSTER, { networkProfile: { serviceCidrs: ["172.16.0.0/16", "fd00::/108"] } }, 0],
  ["aks-reserved-ranges", CLUSTER, { networkProfile: { podCidrs: ["172.30.0.0/16", UNKNOWN] } }, 1],
  ["aks-network-policy", CLUSTER, { networkProfile: { networkPlugin: "none" } }, 0],
  ["aks-network-policy", CLUSTER, { networkProfile: { networkPlugin: "azure" } }, 1],
  ["aks-dns-service-ip", CLUSTER, { networkProfile: { serviceCidr: "10.0.0.0/17" } }, 0],
  ["aks-dns-service-ip", CLUSTER, { networkProfile: { serviceCidr: "10.1.0.0/16" } }, 1],
  ["aks-dns-service-ip", CLUSTER, { networkProfile: { dnsServiceIP: "10.0.200.10" } }, 0],
  ["aks-dns-service-ip", CLUSTER, { networkProfile: { dnsServiceIP: "10.1.0.10" } }, 1],
  [
    "aks-dns-service-ip",
    CLUSTER,
    { networkProfile: { serviceCidrs: ["fd00::/108", "10.1.0.0/16"], dnsServiceIP: "10.1.0.10" } },
    0,
  ],
  ...["aks-rbac", "aks-entra", "aks-tier", "aks-upgrade-channel", "aks-image-cleaner"].flatMap(
    (id): Shape[] => [
      [id, CLUSTER, { sku: { name: "Automatic" } }, 0],
      [id, CLUSTER, { sku: { name: "Base" } }, 1],
    ],
  ),
  ["aks-network-policy", CLUSTER, { sku: { name: "automatic" } }, 0],
  ["aks-network-plugin", CLUSTER, { sku: { name: UNKNOWN } }, 0],
  ["aks-workload-identity", CLUSTER, { sku: { name: "Automatic" } }, 0],
  ["aks-azure-rbac", CLUSTER, { sku: { name: "Automatic" }, aadProfile: {} }, 0],
  ["aks-rbac", CLUSTER, { sku: { name: "Automatic" }, enableRBAC: false }, 1],
  ["aks-api-restricted", CLUSTER, { sku: { name: "Automatic" } }, 1],
  ["role-not-privileged", ROLE, { roleDefinitionId: OWNER.toUpperCase() }, 1],
  ["aks-api-restricted", CLUSTER, { apiServerAccessProfile: { enablePrivateCluster: true } }, 0],
  ["aks-api-restricted", CLUSTER, {}, 1],
  ["aks-api-ranges-narrow", CLUSTER, { apiServerAccessProfile: { authorizedIPRanges: ["8.8.8.8/0"] } }, 1],
  [
    "aks-api-ranges-narrow",
    CLUSTER,
    { apiServerAccessProfile: { authorizedIPRanges: ["8.8.8.8", UNKNOWN] } },
    0,
  ],
  ["aks-node-public-ip", CLUSTER, { agentPoolProfiles: [UNKNOWN, { enableNodePublicIP: true }] }, 1],
  ["aks-max-surge", CLUSTER, { agentPoolProfiles: [{ upgradeSettings: { maxSurge: "1" } }] }, 1],
  [
    "aks-audit-logs",
    DIAGNOSTICS,
    { resourceUri: CLUSTER_ID, logs: [{ categoryGroup: "allLogs", enabled: true }] },
    0,
  ],
  [
    "aks-audit-logs",
    DIAGNOSTICS,
    { resourceUri: CLUSTER_ID, logs: [{ category: "kube-audit", enabled: true }, { category: "guard" }] },
    0,
  ],
  ["aks-audit-logs", DIAGNOSTICS, { resourceUri: `${CLUSTER_ID}/other/x`, logs: [] }, 0],
  ["aks-audit-logs", DIAGNOSTICS, { resourceUri: CLUSTER_ID, metrics: [{ category: "AllMetrics" }] }, 0],
  ["aks-audit-logs", DIAGNOSTICS, { resourceUri: CLUSTER_ID, logs: [{ category: "guard" }] }, 1],
  ["aks-audit-logs", DIAGNOSTICS, { resourceUri: UNKNOWN, logs: [{ category: "guard", enabled: true }] }, 1],
  [
    "aks-audit-logs",
    DIAGNOSTICS,
    { resourceUri: UNKNOWN, logs: [{ category: "AuditEvent", enabled: true }] },
    0,
  ],
];

describe("guardrails over Azure: shapes of input", () => {
  for (const [id, type, props, count] of SHAPES) {
    const rule = aksRules.find((one) => one.id === id);
    it(`${id}: ${count} in ${JSON.stringify(props)}`, async () => {
      assert.ok(rule);
      const found = await judge(rule, [sample(type, props)]);
      assert.equal(found.length, count, found.join("\n"));
    });
  }

  const says = (id: string, subjects: readonly Subject[], settings?: GivenSettings): Promise<string[]> => {
    const rule = aksRules.find((one) => one.id === id);
    assert.ok(rule);
    return judge(rule, subjects, settings);
  };

  it("the network of a cluster may not use ranges that AKS uses itself", async () => {
    const network = sample(NETWORK, { addressSpace: { addressPrefixes: ["10.0.0.0/8", "172.30.0.0/16"] } });
    const [message, ...more] = await says("aks-reserved-ranges", [network, sample(CLUSTER, {})]);
    assert.match(message ?? "", /^VirtualNetwork sample: addressSpace\.addressPrefixes\[1\] is "172\.30/);
    assert.deepEqual(more, []);
  });

  it("a setting for metrics alone keeps no logs of a cluster", async () => {
    const cluster = sample(CLUSTER, { resourceName: "c" });
    const setting = (logs: unknown) => sample(DIAGNOSTICS, { resourceUri: CLUSTER_ID, logs });
    const kept = setting([{ category: "guard", enabled: true }]);
    const off = setting([{ category: "guard", enabled: false }]);
    for (const [settings, count] of [
      [[setting(undefined)], 1],
      [[off], 1],
      [[setting(undefined), kept], 0],
      [[setting(UNKNOWN)], 0],
    ] as const) {
      assert.equal((await says("aks-control-plane-logs", [cluster, ...settings])).length, count);
    }
  });

  it("roles that may not be given are GUIDs in any case or names that it knows", async () => {
    const reader = sample(ROLE, { roleDefinitionId: "/x/acdd72a7-3385-48ef-bd42-f606fba81ae7" });
    const owner = sample(ROLE, { roleDefinitionId: OWNER });
    const denied = { denied: ["ACDD72A7-3385-48EF-BD42-F606FBA81AE7", "owner"] };
    assert.equal((await says("role-not-privileged", [reader, owner], denied)).length, 2);
    await assert.rejects(
      says("role-not-privileged", [reader], { denied: ["Reader"] }),
      /role-not-privileged\.denied\.0: "Reader" is neither a GUID nor one of Owner, /,
    );
  });

  it("whatever a program says, no rule fails over it", async () => {
    // Known names in wrong places and of wrong types are what a rule could stumble over.
    const names = [
      "networkProfile",
      "agentPoolProfiles",
      "securityRules",
      "logs",
      "category",
      "zones",
      "tags",
      "sku",
    ];
    const more = [
      "apiServerAccessProfile",
      "authorizedIPRanges",
      "subnets",
      "addressSpace",
      "addressPrefixes",
      "scope",
    ];
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom<unknown>(null, true, -1, "", "*", "10.0.0.0/8", "/subscriptions/s", UNKNOWN),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, ...more), tie("value"), { maxKeys: 4 }),
      ),
    }));
    const props = fc.dictionary(fc.constantFrom(...names, ...more), value);
    await fc.assert(
      fc.asyncProperty(props, async (anything) => {
        for (const rule of aksRules) {
          const types = rule.scope === "resource" ? rule.types : [CLUSTER, DIAGNOSTICS];
          await judge(
            rule,
            types.map((type) => sample(type, anything)),
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
