import type { NetworkPlugin, PoolCapacity } from "../topology";

/** One node pool. */
export interface PoolSettings extends PoolCapacity {
  /** Azure's name of the machine, as `Standard_D4ds_v5`. */
  readonly vmSize: string;
  /** Fewest nodes; also the number that the pool starts with. */
  readonly min: number;
}

/** When upgrades may happen. */
export type MaintenanceSettings =
  | "any-time"
  | {
      readonly dayOfWeek: string;
      /** As `02:00`. */
      readonly startTime: string;
      /** Offset of `startTime`, as `+00:00`. */
      readonly utcOffset: string;
      readonly durationHours: number;
    };

/** Settings of a cluster in Azure; defaults, checks and reasons of each are config's. */
export interface ClusterSettings {
  /** Minor version only, as `1.35`. */
  readonly kubernetesVersion: string;
  readonly networkPlugin: NetworkPlugin;
  readonly networkPolicy: "calico" | "azure" | "cilium" | "none";
  /** Range of Kubernetes Services; it may be the same in every region. */
  readonly serviceCidr: string;
  readonly pools: { readonly system: PoolSettings; readonly user: PoolSettings };
  readonly entra: {
    readonly azureRbac: boolean;
    /** Entra groups whose members administer the cluster. */
    readonly adminGroups: readonly string[];
  };
  readonly localAccounts: boolean;
  readonly workloadIdentity: boolean;
  readonly tier: "Free" | "Standard" | "Premium";
  readonly upgradeChannel: "none" | "patch" | "stable" | "rapid" | "node-image";
  readonly nodeUpgradeChannel: "None" | "NodeImage" | "SecurityPatch" | "Unmanaged";
}
