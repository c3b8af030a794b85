import { badRequest } from "../errors";
import { parseId } from "../ids";
import { fill, objects, str, type Behaviour } from "../model";

/** Log categories by the type that is watched (learn.microsoft.com/azure/azure-monitor/reference/supported-logs). */
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  "microsoft.containerservice/managedclusters": [
    "cloud-controller-manager",
    "cluster-autoscaler",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
    "fleet-mcs-controller-manager",
    "fleet-member-agent",
    "fleet-member-net-controller-manager",
    "guard",
    "karpenter-events",
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
  ],
  "microsoft.network/publicipaddresses": [
    "DDoSMitigationFlowLogs",
    "DDoSMitigationReports",
    "DDoSProtectionNotifications",
  ],
  "microsoft.network/networksecuritygroups": ["NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter"],
  "microsoft.network/virtualnetworks": ["VMProtectionAlerts"],
};
const GROUPS = ["allLogs", "audit"];

export const diagnosticSetting: Behaviour = {
  admit(world, next) {
    const { properties } = next;
    const target = parseId(next.id)?.parent ?? "";
    const kind = world.get(target)?.type ?? "";
    const known = CATEGORIES[kind.toLowerCase()];
    if (!known)
      throw badRequest(
        "ResourceNotSupported",
        `Resource type '${kind}' doesn't support diagnostic settings here.`,
      );
    const workspace = str(properties["workspaceId"]);
    if (workspace === undefined)
      throw badRequest(
        "BadRequest",
        "At least one data sink needs to be specified: the stand-in knows workspaceId only.",
      );
    if (!world.get(workspace))
      throw badRequest("ResourceNotFound", `Resource ${workspace} (workspaceId) was not found.`);
    const logs = objects(properties["logs"]);
    if (logs.length + objects(properties["metrics"]).length === 0)
      throw badRequest("BadRequest", "A diagnostic setting needs at least one entry in logs or metrics.");
    for (const log of logs) {
      const [category, group] = [str(log["category"]), str(log["categoryGroup"])];
      if ((category === undefined) === (group === undefined))
        throw badRequest("BadRequest", "Every entry of logs needs either category or categoryGroup.");
      if (category !== undefined && !known.includes(category))
        throw badRequest(
          "BadRequest",
          `Category '${category}' is not supported. Supported: ${known.join(", ")}.`,
        );
      if (group !== undefined && !GROUPS.includes(group))
        throw badRequest(
          "BadRequest",
          `Category group '${group}' is not supported. Supported: ${GROUPS.join(", ")}.`,
        );
    }
    for (const metric of objects(properties["metrics"])) {
      if (str(metric["category"]) !== "AllMetrics")
        throw badRequest("BadRequest", "Metrics know the category AllMetrics only.");
    }
  },
  complete(_world, next) {
    fill(next.properties, { logs: [], metrics: [] });
    for (const field of ["logs", "metrics"]) {
      for (const entry of objects(next.properties[field]))
        fill(entry, { retentionPolicy: { days: 0, enabled: false } });
    }
  },
};

export const workspace: Behaviour = {
  complete(world, next, previous) {
    const before = previous?.properties ?? {};
    next.properties["customerId"] = before["customerId"] ?? world.uuid();
    next.properties["createdDate"] = before["createdDate"] ?? world.now();
    next.properties["modifiedDate"] = world.now();
    fill(next.properties, {
      sku: { name: "PerGB2018" },
      retentionInDays: 30,
      publicNetworkAccessForIngestion: "Enabled",
      publicNetworkAccessForQuery: "Enabled",
      workspaceCapping: { dailyQuotaGb: -1 },
      features: { enableLogAccessUsingOnlyResourcePermissions: true },
    });
  },
};
