import assert from "node:assert/strict";
import fc from "fast-check";
import { aksRules } from "../../../../guardrails/rules/aks";
import { UNKNOWN } from "../../../../guardrails/unknown";
import { judge, sample } from "../support/change";

const CLUSTER = "azure-native:containerservice:ManagedCluster";
const GROUP = "azure-native:network:NetworkSecurityGroup";
const GROUP_RULE = "azure-native:network:SecurityRule";
const NETWORK = "azure-native:network:VirtualNetwork";
const SUBNET = "azure-native:network:Subnet";
const DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting";
const CLUSTER_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c";

/** Open to the Internet on the port that the list or the range says. */
const inbound = (ports: object, source: object = { sourceAddressPrefix: "Internet" }) => ({
  access: "Allow",
  direction: "Inbound",
  ...source,
  ...ports,
});

/** Other shapes of the same fault, and shapes that look like one: rule, kind, properties, number of violations. */
const SHAPES: readonly (readonly [string, string, Readonly<Record<string, unknown>>, number])[] = [
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
  ["aks-reserved-ranges", NETWORK, { addressSpace: { addressPrefixes: ["172.16.0.0/12"] } }, 1],
  ["aks-reserved-ranges", CLUSTER, { networkProfile: { serviceCidr: "192.0.2.0/24" } }, 1],
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
