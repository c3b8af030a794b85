import { CONTROL_PLANE_LOGS } from "../monitoring";
import { MAINTENANCE_WINDOWS } from "../cluster";
import { at, isAbsent, isUnknown, oneOf, shown, unlessPreset, type Findings, type Props } from "./read";

/** The API server comes with an agreed availability; where nothing is said it is the free tier. */
export function tier(cluster: Props, tiers: readonly string[]): Findings {
  return oneOf(cluster, "sku.tier", tiers, unlessPreset(cluster));
}

/** Patches of Kubernetes come by themselves. */
export function upgradeChannel(cluster: Props, channels: readonly string[]): Findings {
  return oneOf(cluster, "autoUpgradeProfile.upgradeChannel", channels, unlessPreset(cluster));
}

/** Patches of the nodes' system come by themselves; the default is NodeImage, in older API versions another. */
export function nodeUpgradeChannel(cluster: Props, channels: readonly string[]): Findings {
  return oneOf(cluster, "autoUpgradeProfile.nodeOSUpgradeChannel", channels, unlessPreset(cluster));
}

/** Images that nothing uses leave the nodes. */
export function imageCleaner(cluster: Props): Findings {
  return oneOf(cluster, "securityProfile.imageCleaner.enabled", [true], unlessPreset(cluster));
}

/** No add-on runs that Azure has retired. */
export function retiredAddons(cluster: Props, retired: readonly string[]): Findings {
  const addons = at(cluster, "addonProfiles");
  if (typeof addons !== "object" || addons === null) return [];
  return Object.entries(addons)
    .filter(([name, addon]) => retired.includes(name) && at(addon, "enabled") === true)
    .map(([name]) => `addonProfiles.${name}.enabled is true; allowed: false, or the add-on left out.`);
}

/** Automatic upgrades have windows. @param windows the maintenance configurations of the same stack. */
export function maintenance(cluster: Props, windows: readonly Props[]): Findings {
  const channel = at(cluster, "autoUpgradeProfile.upgradeChannel");
  if (isUnknown(channel) || isAbsent(channel) || channel === "none") return [];
  const here = windows.filter((window) => refersTo(window["resourceName"], cluster));
  return MAINTENANCE_WINDOWS.filter(
    (name) => !here.some((window) => isUnknown(window["configName"]) || window["configName"] === name),
  ).map(
    (name) =>
      `no MaintenanceConfiguration with configName ${name} belongs to it; allowed: one in the same stack.`,
  );
}

/** Logs of the control plane are kept. @param settings the diagnostic settings of the same stack. */
export function logged(cluster: Props, settings: readonly Props[]): Findings {
  const own = settings.filter((setting) => refersTo(lastOf(setting["resourceUri"]), cluster));
  if (own.length === 0)
    return ["no DiagnosticSetting has it for its resourceUri; allowed: one in the same stack."];
  if (own.some((setting) => isUnknown(setting["logs"]) || keptLogs(setting).length > 0)) return [];
  return ["its DiagnosticSetting keeps no logs; allowed: one in the same stack that does."];
}

/** Who changed what in the cluster is among the logs that are kept; a setting for metrics alone keeps none. */
export function auditLogged(setting: Props, needed: readonly string[]): Findings {
  const uri = setting["resourceUri"];
  if (typeof uri === "string" && !/\/managedClusters\/[^/]+$/i.test(uri)) return [];
  const logs = keptLogs(setting);
  if (logs.length === 0) return [];
  const kept = logs.map((log) => at(log, "category"));
  // An id that is not known yet may be of anything: the logs of AKS are known by their names.
  if (isUnknown(uri) && !kept.some((name) => CONTROL_PLANE_LOGS.some((known) => known === name))) return [];
  if (isUnknown(setting["logs"]) || hasUnknown(setting["logs"])) return [];
  // A group holds all of its categories.
  if (logs.some((log) => ["audit", "allLogs"].includes(String(at(log, "categoryGroup"))))) return [];
  if (kept.includes("kube-audit")) kept.push("kube-audit-admin");
  const missing = needed.filter((name) => !kept.includes(name));
  return missing.map((name) => `logs keeps ${shown(kept)}; allowed: ${name} among them, enabled.`);
}

/** Logs are kept long enough for an incident that is found late; the default is 30 days. */
export function logRetention(workspace: Props, minimumDays: number): Findings {
  const days = workspace["retentionInDays"];
  if (typeof days !== "number" || days >= minimumDays) return [];
  return [`retentionInDays is ${days}; allowed: at least ${minimumDays}.`];
}

/** A resource carries tags. */
export function tagged(resource: Props, required: readonly string[]): Findings {
  const tags = resource["tags"];
  if (isUnknown(tags)) return [];
  const names = typeof tags === "object" && tags !== null ? Object.keys(tags) : [];
  if (names.length === 0)
    return ["tags is not set; allowed: at least one tag that says whose the resource is."];
  return required
    .filter((name) => !names.includes(name))
    .map((name) => `tags.${name} is not set; allowed: any text.`);
}

/** The logs of a setting that are not switched off, one that is not known yet among them. */
function keptLogs(setting: Props): readonly unknown[] {
  const logs = setting["logs"];
  return Array.isArray(logs) ? (logs as unknown[]).filter((log) => at(log, "enabled") !== false) : [];
}

function hasUnknown(logs: unknown): boolean {
  return (
    Array.isArray(logs) &&
    logs.some((log) => isUnknown(log) || [at(log, "category"), at(log, "categoryGroup")].some(isUnknown))
  );
}

const lastOf = (id: unknown): unknown => (typeof id === "string" ? id.split("/").at(-1) : id);

/** A name that is not known yet may be this one. A cluster that Azure's provider names says so in `name` afterwards. */
function refersTo(name: unknown, cluster: Props): boolean {
  const own = cluster["resourceName"] ?? cluster["name"];
  if (isUnknown(name) || isUnknown(own) || isAbsent(own)) return true;
  return typeof name === "string" && typeof own === "string" && name.toLowerCase() === own.toLowerCase();
}
