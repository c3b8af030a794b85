import * as core from "@pulumi/kubernetes/core/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { readerAccess, type ReaderCredential, type ReaderKind } from "../../istio/link";
import { isRead, type Mesh, type Region } from "../../topology";
import type { ApiEndpoint } from "../cluster/kubeconfig";
import { ownLabels } from "../internal/labels";
import { accountToken, mutableRules, secretName, type TokenGenerations } from "./token";

/** Name of the account that peers read this cluster by; the chart's own account may read every secret. */
const READER = "global-mesh-reader";

/** Name of its tokens' Secrets, without the generation. */
const SECRET = "reader";

/** Arguments of {@link Reader}. */
export interface ReaderArgs {
  /** Namespace of the control plane, which exists. */
  readonly namespace: pulumi.Input<string>;
  readonly clusterName: string;
  readonly endpoint: pulumi.Output<ApiEndpoint>;
  /** Revision whose mesh settings peers read. */
  readonly revision: string;
  readonly generations: TokenGenerations;
  /** Who reads: peers, or the primary that runs this cluster's proxies. */
  readonly readers: ReaderKind;
}

/** Where a region stands, as far as it decides who reads its cluster. */
export interface ReaderPlace {
  readonly mesh: Mesh;
  readonly region: Region;
}

/** The reader of a region; none where nobody reads it: a credential that nobody uses can only be lost. */
export function regionReader(
  { mesh, region }: ReaderPlace,
  args: Omit<ReaderArgs, "readers">,
  opts?: pulumi.ComponentResourceOptions,
): Reader | undefined {
  if (!isRead(mesh, region.name)) return undefined;
  const readers = region.controlPlane === region.name ? "peers" : "primary";
  return new Reader("reader", { ...args, readers }, opts);
}

/** The account by which peers' istiods read this cluster, and its token. */
export class Reader extends pulumi.ComponentResource {
  /** Secret. */
  readonly credential: pulumi.Output<ReaderCredential>;

  constructor(name: string, args: ReaderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:link:Reader", name, {}, opts);
    const { namespace, clusterName: cluster } = args;
    const child = { parent: this };
    const labels = ownLabels(READER);
    const inNamespace = { name: READER, namespace, labels };
    const account = new core.ServiceAccount(`${name}-account`, { metadata: inNamespace }, child);
    const access = readerAccess([args.revision], args.readers);
    const subjects = [{ kind: "ServiceAccount", name: account.metadata.name, namespace }];
    const clusterRole = new rbac.ClusterRole(
      `${name}-cluster-role`,
      { metadata: { name: READER, labels }, rules: mutableRules(access.cluster) },
      child,
    );
    new rbac.ClusterRoleBinding(
      `${name}-cluster-role-binding`,
      { metadata: { name: READER, labels }, roleRef: roleRef("ClusterRole", clusterRole), subjects },
      child,
    );
    const role = new rbac.Role(
      `${name}-role`,
      { metadata: inNamespace, rules: mutableRules(access.rootNamespace) },
      child,
    );
    new rbac.RoleBinding(
      `${name}-role-binding`,
      { metadata: inNamespace, roleRef: roleRef("Role", role), subjects },
      child,
    );
    const { generations } = args;
    this.credential = accountToken(
      `${name}-token`,
      {
        setting: "readerCredential",
        secret: SECRET,
        generations,
        account,
        namespace,
        labels,
        cluster,
        endpoint: args.endpoint,
      },
      child,
    );
    this.registerOutputs({ generation: secretName(SECRET, generations.generation) });
  }
}

function roleRef(
  kind: "ClusterRole" | "Role",
  role: rbac.ClusterRole | rbac.Role,
): { apiGroup: string; kind: string; name: pulumi.Output<string> } {
  return { apiGroup: "rbac.authorization.k8s.io", kind, name: role.metadata.name };
}
