import type { RegionAddresses } from "../addresses";

/** The servers of a control plane, in the order in which they start. */
export const COMPONENTS = ["etcd", "kube-apiserver", "kube-controller-manager"] as const;
export type Component = (typeof COMPONENTS)[number];

/** A Kubernetes control plane of one region. */
export interface ControlPlaneSpec {
  /** Name of the cluster, e.g. `eastus-cluster`. */
  readonly name: string;
  readonly region: string;
  readonly addresses: RegionAddresses;
  /** Folder of the cluster: data, keys and logs. Kept over a restart. */
  readonly folder: string;
  /** Paths of the programs. */
  readonly tools: {
    readonly etcd: string;
    readonly kubeApiserver: string;
    readonly kubeControllerManager: string;
  };
  /** Bearer token of the operator, who is in `system:masters`. */
  readonly operatorToken: string;
  /** Minor version that was asked for, e.g. `1.35`. The server must be of it. */
  readonly kubernetesVersion: string;
  /** Further DNS names in the API server's certificate, such as an AKS cluster's FQDN. @default none */
  readonly dnsNames?: readonly string[];
  /** Addresses of Services. @default 10.96.0.0/16 */
  readonly serviceCidr?: string;
  /** Where the servers log. @default `logs` in the cluster's folder */
  readonly logFolder?: string;
  /** How long each server may take until it is ready. @default 120 s: a loaded machine is slow */
  readonly startTimeoutMs?: number;
}

/** How to talk to a cluster as its operator. */
export interface ClusterAccess {
  /** e.g. `https://127.10.0.1:6443`. */
  readonly server: string;
  /** The cluster's CA certificate, PEM in base64. */
  readonly caData: string;
  /** Bearer token in `system:masters`. */
  readonly operatorToken: string;
}

/** Service addresses where the spec names none. */
export const DEFAULT_SERVICE_CIDR = "10.96.0.0/16";
