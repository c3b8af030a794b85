import type { IstioObject } from "../../istio/model";
import type { Asked } from "./check";

/** What a region should be, from the settings and the catalog. */
export interface RegionWanted {
  /** Name of the region and of its stack. */
  readonly name: string;
  /** Name of its cluster. */
  readonly cluster: string;
  /** Region whose istiod runs its proxies; its own name where it has one. */
  readonly controlPlane: string;
  readonly istioVersion: string;
  readonly revision: string;
  /** Clusters that its istiod is to read, by the name of their region; none for a remote. */
  readonly reads: Readonly<Record<string, string>>;
  /** Regions that take their policy from this one's API server, itself too; none for a remote. */
  readonly governs: readonly string[];
  /** Namespaces of the catalog here. */
  readonly namespaces: readonly string[];
  /** Applications of the catalog that its settings name. */
  readonly applications: readonly string[];
  /** What the catalog gives to it. */
  readonly objects: readonly IstioObject[];
  /** Object of the whole mesh as `namespace/Kind/name` → the regions that it goes to. */
  readonly matrix: PolicyRows;
  /** Whether the application that test requests go to is here; why not, otherwise. */
  readonly tests: "runs" | "unbound" | "unchosen" | "unknown";
}

/** Object as `namespace/Kind/name` → the regions that it goes to. */
export type PolicyRows = Readonly<Record<string, readonly string[]>>;

/** What the stack of a region says of itself; its secrets are not among it. */
export interface StackFacts {
  readonly linkedPeers: readonly string[];
  readonly pendingPeers: readonly string[];
  readonly rootFingerprint: string;
  readonly policyMatrix: PolicyRows;
}

/** What stands in a region. */
export interface RegionFacts {
  /** Absent where clusters are reached without stacks. */
  readonly stack?: StackFacts;
  /** Version of the API server. */
  readonly reach: Asked<string>;
  readonly controlPlane: Asked<readonly ControlPlaneFacts[]>;
  /** Those that answered, of every revision, since proxies of each are the mesh's. */
  readonly istiods: Asked<readonly IstiodFacts[]>;
  /** Why another istiod pod beside those could not be asked; absent where each answered, or none. */
  readonly silent?: string;
  readonly remoteSecrets: Asked<readonly RemoteSecretFacts[]>;
  readonly proxyPods: Asked<ProxyPods>;
  /** Namespaces with a pod, ready or not. */
  readonly inhabited: Asked<readonly string[]>;
  /** Absent where there is no secret `cacerts`. */
  readonly authority: Asked<AuthorityFacts | undefined>;
  readonly publishedRoots: Asked<readonly PublishedRoot[]>;
  readonly policies: Asked<readonly LivePolicy[]>;
  /** Workloads that answer test requests. */
  readonly testWorkloads: Asked<TestWorkloads>;
}

/** A Deployment of istiod. */
export interface ControlPlaneFacts {
  readonly name: string;
  readonly revision: string;
  /** Replicas that it asks for. */
  readonly replicas: number;
  /** Replicas that are ready and of its present form. */
  readonly ready: number;
  /** Whether the controllers have seen its present form. */
  readonly observed: boolean;
}

/** A running istiod pod, as it answers itself. */
export interface IstiodFacts {
  readonly pod: string;
  readonly revision: string;
  /** As in `1.31.1`. */
  readonly version: string;
  readonly clusters: readonly ClusterSync[];
  readonly proxies: readonly ProxySync[];
  /** Cluster → the number of addresses of its workloads that proxies get from this istiod. */
  readonly workloads: Readonly<Record<string, number>>;
  /** Pushes that proxies refused since it started. */
  readonly rejects: number;
}

/** How an istiod sees one cluster, as `/debug/clusterz` says. */
export interface ClusterSync {
  readonly id: string;
  /** `synced`, `syncing`, `timeout`, `closed`; of its own cluster `config`. */
  readonly syncStatus: string;
  /** Namespace and name of the remote secret; empty or absent for its own cluster. */
  readonly secretName?: string;
}

/** A proxy that is connected to an istiod, as `/debug/syncz` says. */
export interface ProxySync {
  /** Pod and namespace, `frontend-7d9.production`. */
  readonly proxy: string;
  readonly cluster: string;
  /** By short name of the type, as in `Cluster`. */
  readonly resources: Readonly<Record<string, PushFacts>>;
}

/** The last push of one type to one proxy. */
export interface PushFacts {
  /** Nonces; the push is taken when they are the same. */
  readonly sent?: string;
  readonly acked?: string;
  /** What the proxy said when it refused the last push; istiod clears it at the next one that is taken. */
  readonly lastError?: string;
}

/** Secrets by which an istiod learns of other clusters. */
export interface RemoteSecretFacts {
  readonly name: string;
  /** Its keys, each the name of a cluster. */
  readonly clusters: readonly string[];
}

/** Pods that are to be connected to an istiod. */
export interface ProxyPods {
  /** As istiod calls their proxies: `frontend-7d9.production`. */
  readonly ready: readonly string[];
  /** Ready pods with no process behind them, as a sandbox has. */
  readonly simulated: number;
}

/** Workloads of the test application. */
export interface TestWorkloads {
  readonly ready: number;
  /** Said to be ready with no process behind them. */
  readonly simulated: number;
}

/** What `cacerts` holds, without its key. */
export interface AuthorityFacts {
  /** PEM of the certificate that istiod signs with. */
  readonly certificate: string;
  /** PEM of the roots that workloads are to trust. */
  readonly roots: string;
}

/** The ConfigMap `istio-ca-root-cert` of a namespace. */
export interface PublishedRoot {
  readonly namespace: string;
  readonly pem: string;
}

/** An object of Istio, as it stands. */
export interface LivePolicy {
  /** `namespace/Kind/name`. */
  readonly key: string;
  /** Whether it carries the label of what this program makes. */
  readonly ours: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: unknown;
}

/** A message of `istioctl analyze`. */
export interface AnalysisMessage {
  /** As in `IST0101`. */
  readonly code: string;
  readonly level: "Error" | "Warning" | "Info";
  /** As in `VirtualService production/ai-agent`. */
  readonly origin?: string;
  readonly message: string;
  readonly documentationUrl?: string;
}
