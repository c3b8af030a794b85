import { createAuthority, issueLeaf, type KeyPairPem } from "../../../sandbox/cluster/pki";
import type { IstioObject } from "../../../istio/model";
import type { IstiodFacts, ProxySync, RegionFacts, RegionWanted } from "../../../cli/verify/facts";

const KEY = "production/VirtualService/ai-agent";
const MATRIX = { [KEY]: ["eastus", "westeurope"], "production/Sidecar/west": ["westeurope"] };

/** A policy as the catalog says it. */
export const POLICY: IstioObject = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: {
    name: "ai-agent",
    namespace: "production",
    labels: { "app.kubernetes.io/part-of": "global-mesh" },
  },
  spec: { hosts: ["ai-agent.global"], http: [{ route: [{ weight: 80 }, { weight: 20 }] }] },
};

/** `eastus` of a mesh of two regions. */
export const WANTED: RegionWanted = {
  name: "eastus",
  cluster: "eastus-cluster",
  controlPlane: "eastus",
  istioVersion: "1.31.1",
  revision: "default",
  reads: { westeurope: "westeurope-cluster" },
  governs: ["eastus"],
  namespaces: ["production"],
  applications: ["ai-agent", "cross-cluster-test"],
  objects: [POLICY],
  matrix: MATRIX,
  tests: "runs",
};

/** A remote of it. */
export const REMOTE: RegionWanted = {
  ...WANTED,
  name: "westeurope",
  cluster: "westeurope-cluster",
  reads: {},
  governs: [],
};

/** A proxy that has taken everything. */
export const PROXY: ProxySync = {
  proxy: "frontend-1.production",
  cluster: "eastus-cluster",
  resources: {
    Cluster: { sent: "a", acked: "a" },
    RouteConfiguration: { sent: "b", acked: "b" },
    Secret: {},
  },
};

/** An istiod that has synced its peer. */
export const ISTIOD: IstiodFacts = {
  pod: "istiod-1",
  revision: "default",
  version: "1.31.1",
  clusters: [
    { id: "eastus-cluster", syncStatus: "config" },
    {
      id: "westeurope-cluster",
      secretName: "istio-system/istio-remote-secret-westeurope-cluster",
      syncStatus: "synced",
    },
  ],
  proxies: [PROXY],
  workloads: { "eastus-cluster": 3, "westeurope-cluster": 2 },
  rejects: 0,
};

/** Certificates of a mesh: its root, an intermediate of a year, and another root. */
export interface Certificates {
  readonly root: KeyPairPem;
  readonly intermediate: KeyPairPem;
  readonly otherRoot: KeyPairPem;
}

let made: Promise<Certificates> | undefined;

/** Made once for all tests. */
export function certificates(): Promise<Certificates> {
  made ??= (async () => {
    // In this order: the root that signs is to end no earlier, also where the two are made in different seconds.
    const otherRoot = await createAuthority("root two");
    const root = await createAuthority("root one");
    const request = {
      commonName: "intermediate eastus",
      dnsNames: ["istiod.istio-system.svc"],
      ipAddresses: [],
    };
    return { root, otherRoot, intermediate: await issueLeaf(root, request) };
  })();
  return made;
}

/** What stands where all is well. */
export function healthy({ root, intermediate }: Certificates, rootFingerprint: string): RegionFacts {
  return {
    stack: { linkedPeers: ["westeurope"], pendingPeers: [], rootFingerprint, policyMatrix: MATRIX },
    reach: { value: "v1.35.4" },
    controlPlane: { value: [{ name: "istiod", revision: "default", replicas: 2, ready: 2, observed: true }] },
    istiods: { value: [ISTIOD] },
    remoteSecrets: {
      value: [{ name: "istio-remote-secret-westeurope-cluster", clusters: ["westeurope-cluster"] }],
    },
    proxyPods: { value: { ready: ["frontend-1.production"], simulated: 0 } },
    inhabited: { value: ["production", "istio-system"] },
    authority: { value: { certificate: intermediate.certificate, roots: root.certificate } },
    publishedRoots: { value: [{ namespace: "production", pem: root.certificate }] },
    policies: {
      value: [
        {
          key: KEY,
          ours: true,
          labels: { ...POLICY.metadata.labels, other: "x" },
          annotations: {},
          spec: structuredClone(POLICY.spec),
        },
      ],
    },
    testWorkloads: { value: { ready: 1, simulated: 0 } },
  };
}
