import type { AzureNames } from "./names";
import type { Tags } from "./network";

/** Where the control plane's logs go. */
export function logWorkspace(names: AzureNames, location: string, tags: Tags, retentionDays: number) {
  return {
    workspaceName: names.workspace,
    location,
    sku: { name: "PerGB2018" },
    retentionInDays: retentionDays,
    tags,
  } as const;
}

/**
 * Logs of the control plane that an incident needs: who changed what (`kube-audit-admin`, which leaves out
 * the reads that make `kube-audit` dear), who was let in by Entra (`guard`), why nodes came and went, what
 * the load balancer controller did (CIS AKS 2.1.1).
 */
export const CONTROL_PLANE_LOGS = [
  "cloud-controller-manager",
  "cluster-autoscaler",
  "guard",
  "kube-audit-admin",
] as const;

/** Sends the control plane's logs to a workspace. */
export function diagnosticSetting(name: string) {
  return {
    name,
    // A table per kind of log, which can be searched and priced on its own.
    logAnalyticsDestinationType: "Dedicated",
    logs: CONTROL_PLANE_LOGS.map((category) => ({ category, enabled: true })),
  };
}
