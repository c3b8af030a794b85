import { z } from "zod";
import { setting } from "./document";
import * as cluster from "./sections/cluster";
import * as linkerd from "./sections/linkerd";
import * as mesh from "./sections/mesh";
import { observability } from "./sections/observability";
import * as regions from "./sections/regions";

const generation = (what: string): z.ZodInt =>
  setting(z.int().min(1).max(999), {
    description: `Generation of ${what}. Raise it by one to replace it.`,
    allowed: "a whole number from 1 to 999",
  });

/** Settings that all stacks share; Pulumi.yaml holds the default of each. */
export const sharedSchema = z.strictObject({
  regions: regions.regions,
  primary: regions.primary,
  leaving: regions.leaving,
  topology: regions.topology,
  meshKind: linkerd.meshKind,
  eastWest: regions.eastWest,
  meshId: mesh.meshId,
  trustDomain: mesh.trustDomain,
  trust: mesh.trust,
  istioVersion: mesh.istioVersion,
  revision: mesh.revision,
  profile: mesh.profile,
  egressGateway: mesh.egressGateway,
  internalGateway: mesh.internalGateway,
  outboundTrafficPolicy: mesh.outboundTrafficPolicy,
  charts: mesh.charts,
  values: mesh.values,
  linkerd: linkerd.linkerd,
  applications: mesh.applications,
  observability,
  kubernetesVersion: cluster.kubernetesVersion,
  pools: cluster.pools,
  networkPlugin: cluster.networkPlugin,
  networkPolicy: cluster.networkPolicy,
  serviceCidr: cluster.serviceCidr,
  apiAccess: cluster.apiAccess,
  entra: cluster.entra,
  localAccounts: cluster.localAccounts,
  kubelogin: cluster.kubelogin,
  workloadIdentity: cluster.workloadIdentity,
  tier: cluster.tier,
  upgradeChannel: cluster.upgradeChannel,
  nodeUpgradeChannel: cluster.nodeUpgradeChannel,
  maintenance: cluster.maintenance,
  monitoring: cluster.monitoring,
  tags: cluster.tags,
  protect: setting(z.boolean(), {
    description: "Whether the engine refuses to delete clusters and trust. Set it to false before a destroy.",
    allowed: "true or false",
  }),
  readerGeneration: generation("the credential by which peers read this cluster"),
  keptReaderGeneration: setting(z.int().min(0).max(998), {
    description:
      "Generation of that credential that still holds beside the newest one, until all peers have that one " +
      "(docs/links.md). 0: none, so that raising readerGeneration revokes what was before. It is raised in the same edit as " +
      "readerGeneration or not at all: later it makes the revoked Secret again, with the very token that was revoked.",
    allowed: "0, or the number before readerGeneration",
  }),
  clusterGeneration: setting(z.int().min(1).max(999), {
    description:
      "Generation of the cluster. Raise it by one when the cluster behind the same name is another one, such as an " +
      "existing cluster that was rebuilt: everything in it is made anew by a provider of its own, and what stood before " +
      "is deleted with the old kubeconfig. So never raise it while that still reaches the same cluster. It does not " +
      "replace an AKS cluster.",
    allowed: "a whole number from 1 to 999",
  }),
});

/** Settings that a region's own stack file may hold besides. */
export const regionSchema = z.strictObject({
  platform: setting(z.enum(["aks", "existing"]).default("aks"), {
    description:
      "Where the cluster comes from: aks makes one, existing takes the one of kubeconfig " +
      "(docs/existing-clusters.md).",
    allowed: "aks or existing",
  }),
  kubeconfig: setting(z.string().optional(), {
    description:
      "Kubeconfig of an existing cluster; its current context is the one. It stands alone: CA, certificates and " +
      "tokens are in it and not in files, `kubectl config view --minify --flatten --raw --context <name>` prints it so.",
    allowed: "a kubeconfig, set as a secret",
    fix: "pulumi config set --secret global-mesh:kubeconfig < kubeconfig.yaml",
  }),
  egressAddresses: setting(z.array(z.string()).max(50).default([]), {
    description:
      "Addresses that an existing cluster's calls come from, as its peers see them. Linked peers on AKS let them in to " +
      "their API servers, as they do by themselves with each other.",
    allowed: "a list of up to 50 IPv4 addresses or ranges, with platform existing",
  }),
  dnsLabel: setting(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/)
      .optional(),
    {
      description:
        "DNS label of the gateway's address, unique in its Azure region over all tenants. Default: <region>-cluster. " +
        "With platform aks only, as dnsLabelScope.",
      allowed:
        "3 to 63 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen",
    },
  ),
  dnsLabelScope: setting(z.enum(["exact", "tenant"]).default("exact"), {
    description:
      "exact: the name is the label alone. tenant: Azure adds a hash of the tenant, so that nobody else's label " +
      "is in the way and a new address takes the same name.",
    allowed: "exact or tenant",
  }),
  overrides: setting(mesh.chartValues.prefault({}), {
    description: "Helm values of this region, merged over the profile's and under those of values.",
    allowed: "an object with base, istiod, gateway, egressGateway, internalGateway, eastWest",
  }),
});

/** Shared settings as they were said. */
export type SharedSettings = z.infer<typeof sharedSchema>;

/** Region settings as they were said. */
export type RegionStackSettings = z.infer<typeof regionSchema>;
