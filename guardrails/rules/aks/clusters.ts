import { z } from "zod";
import * as azure from "../../../azure/rules";
import { defineRule, type Rule } from "../../rule";
import { AKS_BASELINE, checkov, cis, learn, psRule, RESILIENCY_LIBRARY } from "./sources";
import { CLUSTER, DIAGNOSTICS, each, eachCluster, NETWORK, WINDOW, WORKSPACE } from "./types";

const texts = (values: readonly string[], description: string) =>
  z
    .array(z.string())
    .default([...values])
    .describe(description);

/** How a cluster is run: its network, its upgrades, its logs. */
export const clusterRules: readonly Rule[] = [
  defineRule({
    id: "aks-network-policy",
    title: "Something enforces NetworkPolicy objects in an AKS cluster",
    why: "Without an engine a NetworkPolicy is accepted and silently ignored.",
    fix: "Set networkProfile.networkPolicy to calico, cilium or azure.",
    sources: [cis("5.4.4"), checkov("CKV_AZURE_7", "AKSNetworkPolicy"), psRule("Azure.AKS.NetworkPolicy")],
    level: "mandatory",
    settings: z.strictObject({ engines: texts(["calico", "cilium", "azure"], "Engines that may be used.") }),
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }, { engines }) => azure.networkPolicyEngine(props, engines),
  }),
  defineRule({
    id: "aks-network-plugin",
    title: "Pods of an AKS cluster are in the virtual network, or the network is your own",
    why: "Azure ends kubenet in March 2028, and pods behind it cannot be reached from a peered network.",
    fix: 'Set networkProfile.networkPlugin: "azure".',
    sources: [
      psRule("Azure.AKS.AzureCNI"),
      learn("CNI networking in AKS", "aks/concepts-network-cni-overview"),
    ],
    level: "mandatory",
    settings: z.strictObject({ plugins: texts(["azure", "none"], "Plugins that may be used.") }),
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }, { plugins }) => azure.networkPlugin(props, plugins),
  }),
  defineRule({
    id: "aks-load-balancer",
    title: "An AKS cluster uses the standard load balancer",
    why: "Azure has retired the basic one; it knows no zones, no authorized ranges and no agreed availability.",
    fix: 'Set networkProfile.loadBalancerSku: "standard", or leave it out.',
    sources: [psRule("Azure.AKS.StandardLB")],
    level: "mandatory",
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }) => azure.loadBalancer(props),
  }),
  defineRule({
    id: "aks-dns-service-ip",
    title: "The DNS service of an AKS cluster has an address in the range of Services that is free",
    why: "AKS refuses any other only when the cluster is made, minutes into the update.",
    fix: "Set networkProfile.dnsServiceIP to the tenth address of networkProfile.serviceCidr.",
    sources: [learn("Azure CNI: plan IP addressing", "aks/configure-azure-cni")],
    level: "mandatory",
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }) => azure.dnsServiceIp(props),
  }),
  defineRule({
    id: "aks-reserved-ranges",
    title: "No range of an AKS cluster or its network is one that AKS uses itself",
    why: "Traffic to such an address never leaves the node.",
    fix: "Choose ranges apart from 169.254.0.0/16, 172.30.0.0/16, 172.31.0.0/16 and 192.0.2.0/24.",
    sources: [learn("Azure CNI: plan IP addressing", "aks/configure-azure-cni")],
    level: "mandatory",
    // A network in which no cluster stands may use these ranges.
    scope: "stack",
    check: (subjects) =>
      subjects.some(({ type }) => type === CLUSTER)
        ? [
            ...each(subjects, CLUSTER, (props) => azure.reservedRanges("cluster", props)),
            ...each(subjects, NETWORK, (props) => azure.reservedRanges("network", props)),
          ]
        : [],
  }),
  defineRule({
    id: "aks-tier",
    title: "The API server of an AKS cluster comes with an agreed availability",
    why: "The free tier has none, and slows an API server that istiods of several regions watch.",
    fix: 'Set sku: { name: "Base", tier: "Standard" } (global-mesh:tier in this program).',
    sources: [checkov("CKV_AZURE_170", "AKSIsPaidSku"), psRule("Azure.AKS.UptimeSLA"), RESILIENCY_LIBRARY],
    level: "mandatory",
    settings: z.strictObject({ tiers: texts(["Standard", "Premium"], "Tiers that may be used.") }),
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }, { tiers }) => azure.tier(props, tiers),
  }),
  defineRule({
    id: "aks-version",
    title: "An AKS cluster runs a version of Kubernetes that is still mended",
    why: "AKS gives patches for three minor versions, and moves a cluster that is too old by itself.",
    fix: "Raise kubernetesVersion, one minor version at a time (global-mesh:kubernetesVersion in this program).",
    sources: [
      psRule("Azure.AKS.Version"),
      learn("Supported Kubernetes versions", "aks/supported-kubernetes-versions"),
    ],
    level: "advisory",
    settings: z.strictObject({ minimum: minimumVersion() }),
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }, { minimum }) => azure.clusterVersion(props, minimum),
  }),
  defineRule({
    id: "aks-upgrade-channel",
    title: "Patches of Kubernetes come to an AKS cluster by themselves",
    why: "A cluster that nobody upgrades keeps its known holes and ends up without support.",
    fix: 'Set autoUpgradeProfile.upgradeChannel: "patch" (global-mesh:upgradeChannel in this program).',
    sources: [checkov("CKV_AZURE_171", "AKSUpgradeChannel"), psRule("Azure.AKS.AutoUpgrade")],
    level: "mandatory",
    settings: z.strictObject({
      channels: texts(["patch", "stable", "rapid", "node-image"], "Channels that may be used."),
    }),
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }, { channels }) => azure.upgradeChannel(props, channels),
  }),
  defineRule({
    id: "aks-node-upgrade-channel",
    title: "Patches of the nodes' system come by themselves",
    why: "Unmanaged nodes install updates without the restart that makes them count; None installs nothing.",
    fix: 'Set autoUpgradeProfile.nodeOSUpgradeChannel: "NodeImage" (global-mesh:nodeUpgradeChannel in this program).',
    sources: [
      psRule("Azure.AKS.NodeAutoUpgrade"),
      learn("Node OS upgrade channel", "aks/auto-upgrade-node-os-image"),
    ],
    level: "mandatory",
    settings: z.strictObject({
      channels: texts(["NodeImage", "SecurityPatch"], "Channels that may be used."),
    }),
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }, { channels }) => azure.nodeUpgradeChannel(props, channels),
  }),
  defineRule({
    id: "aks-maintenance-window",
    title: "Automatic upgrades of an AKS cluster have windows",
    why: "Without windows nodes are drained in the middle of a working day, in all regions at once.",
    fix: "Add a MaintenanceConfiguration for each of the two schedules (global-mesh:maintenance in this program).",
    sources: [psRule("Azure.AKS.MaintenanceWindow"), learn("Planned maintenance", "aks/planned-maintenance")],
    level: "advisory",
    scope: "stack",
    check: (subjects) => eachCluster(subjects, WINDOW, azure.maintenance),
  }),
  defineRule({
    id: "aks-image-cleaner",
    title: "Images that nothing uses leave the nodes of an AKS cluster",
    why: "They stay with their known holes, and anything on the node can start them.",
    fix: "Set securityProfile.imageCleaner: { enabled: true, intervalHours: 168 }.",
    sources: [learn("Image Cleaner on AKS", "aks/image-cleaner")],
    level: "advisory",
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }) => azure.imageCleaner(props),
  }),
  defineRule({
    id: "aks-retired-addons",
    title: "No add-on runs in an AKS cluster that Azure has retired",
    why: "The dashboard and HTTP application routing get no patches and open doors of their own.",
    fix: "Take the add-on out of addonProfiles.",
    sources: [checkov("CKV_AZURE_8", "AKSDashboardDisabled"), psRule("Azure.AKS.HttpAppRouting")],
    level: "mandatory",
    settings: z.strictObject({
      retired: texts(["kubeDashboard", "httpApplicationRouting"], "Names of add-ons that may not be on."),
    }),
    scope: "resource",
    types: [CLUSTER],
    check: ({ props }, { retired }) => azure.retiredAddons(props, retired),
  }),
  defineRule({
    id: "aks-control-plane-logs",
    title: "Logs of the control plane of an AKS cluster are kept",
    why: "They are nowhere to be had afterwards: who did what to the cluster is then not known.",
    fix: "Add a monitor.DiagnosticSetting for the cluster (global-mesh:monitoring in this program).",
    sources: [
      cis("2.1.1", "controlplane"),
      checkov("CKV_AZURE_4", "AKSLoggingEnabled"),
      psRule("Azure.AKS.PlatformLogs"),
    ],
    level: "advisory",
    scope: "stack",
    check: (subjects) => eachCluster(subjects, DIAGNOSTICS, azure.logged),
  }),
  defineRule({
    id: "aks-audit-logs",
    title: "Who changed what in an AKS cluster is among the logs that are kept",
    why: "Of all logs of the control plane these are the ones that an investigation begins with.",
    fix: "Enable the category kube-audit-admin (or kube-audit) and guard in the DiagnosticSetting.",
    sources: [cis("2.1.1", "controlplane"), psRule("Azure.AKS.AuditLogs"), psRule("Azure.AKS.AuditAdmin")],
    level: "mandatory",
    settings: z.strictObject({
      categories: texts(
        ["kube-audit-admin", "guard"],
        "Categories that must be kept; kube-audit counts for its part.",
      ),
    }),
    scope: "resource",
    types: [DIAGNOSTICS],
    check: ({ props }, { categories }) => azure.auditLogged(props, categories),
  }),
  defineRule({
    id: "log-retention",
    title: "Logs are kept long enough for an incident that is found late",
    why: "What was deleted before anybody looked cannot be investigated.",
    fix: "Raise retentionInDays of the workspace (global-mesh:monitoring.logRetentionDays in this program).",
    sources: [
      learn("Data retention in Log Analytics", "azure-monitor/logs/data-retention-configure"),
      AKS_BASELINE,
    ],
    level: "advisory",
    settings: z.strictObject({
      minimumDays: z.int().min(1).default(30).describe("Fewest days that logs are kept."),
    }),
    scope: "resource",
    types: [WORKSPACE],
    check: ({ props }, { minimumDays }) => azure.logRetention(props, minimumDays),
  }),
];

/** The oldest minor version that may be run; a setting of two rules. */
export function minimumVersion() {
  return z
    .string()
    .regex(/^\d+\.\d+$/)
    .default("1.33")
    .describe("Oldest minor version that may be run. Raise it as AKS moves on.");
}
