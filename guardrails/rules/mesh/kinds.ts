import { POD_KINDS } from "../../../istio/rules/kubernetes/pods";

const NETWORKING = ["networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3"];
const SECURITY = ["security.istio.io/v1", "security.istio.io/v1beta1"];
const RBAC = ["rbac.authorization.k8s.io/v1"];

/** API versions in which each kind that a rule looks at is served. */
const VERSIONS = {
  AuthorizationPolicy: SECURITY,
  ClusterRole: RBAC,
  ClusterRoleBinding: RBAC,
  CronJob: ["batch/v1"],
  DaemonSet: ["apps/v1"],
  Deployment: ["apps/v1"],
  DestinationRule: NETWORKING,
  EnvoyFilter: ["networking.istio.io/v1alpha3"],
  Gateway: NETWORKING,
  Job: ["batch/v1"],
  Namespace: ["v1"],
  NetworkPolicy: ["networking.k8s.io/v1"],
  PeerAuthentication: SECURITY,
  Pod: ["v1"],
  ReplicaSet: ["apps/v1"],
  RequestAuthentication: SECURITY,
  Role: RBAC,
  RoleBinding: RBAC,
  Service: ["v1"],
  ServiceEntry: NETWORKING,
  Sidecar: NETWORKING,
  StatefulSet: ["apps/v1"],
  VirtualService: NETWORKING,
  WasmPlugin: ["extensions.istio.io/v1alpha1"],
} as const satisfies Record<string, readonly string[]>;

/** A kind of object that rules look at. */
export type Kind = keyof typeof VERSIONS;

/** A Helm Release. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Kinds that make pods. */
export const PODS = POD_KINDS as readonly Kind[];

/** The tokens of a kind, one for each API version. */
export function tokens(kind: Kind): readonly string[] {
  return VERSIONS[kind].map((version) => token(version, kind));
}

/** Pulumi's token for an object as it stands in a manifest. */
export function token(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

const KIND_OF = new Map<string, string>([
  [RELEASE, "Release"],
  ...(Object.keys(VERSIONS) as Kind[]).flatMap((kind) =>
    tokens(kind).map((one): [string, string] => [one, kind]),
  ),
]);

/** The kind behind a token; undefined for those that no rule looks at. */
export function kindOf(type: string): string | undefined {
  return KIND_OF.get(type);
}
