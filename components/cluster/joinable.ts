import { PART_OF } from "../../istio/model";

/** What a cluster holds already, as far as it decides whether the mesh can be installed beside it. */
export interface FoundObjects {
  readonly namespaces: readonly NamedObject[];
  readonly customResourceDefinitions: readonly NamedObject[];
}

/** Name, labels and annotations of an object. */
export interface NamedObject {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Release that our CRDs belong to. Helm leaves them on destroy, and takes its own up again. */
const BASE_RELEASE = {
  "meta.helm.sh/release-name": "istio-base",
  "meta.helm.sh/release-namespace": "istio-system",
};

/**
 * What stands in the way of the mesh in a cluster that others use, in words for the user; empty where nothing does.
 * An object of the same name is never taken over: a later destroy would delete it, with all that is in it.
 *
 * @param wanted names of the namespaces that the stack makes.
 */
export function obstacles(found: FoundObjects, wanted: readonly string[]): readonly string[] {
  const namespaces = found.namespaces
    .filter(({ name, labels }) => wanted.includes(name) && labels?.["app.kubernetes.io/part-of"] !== PART_OF)
    .map(({ name }) => name)
    .toSorted();
  const crds = found.customResourceDefinitions
    .filter(({ name, annotations }) => name.endsWith(".istio.io") && !isOurs(annotations))
    .map(({ name }) => name)
    .toSorted();
  return [
    ...namespaces.map(
      (name) =>
        `namespace ${name} exists and is not this program's. It is not taken over: destroy would delete it with ` +
        "everything in it. Move what is in it to a namespace of another name and delete it, or give the catalog's " +
        "namespace another name",
    ),
    ...(crds.length === 0
      ? []
      : [
          `another Istio is or was installed: ${crds.slice(0, 3).join(", ")}${crds.length > 3 ? ` and ${crds.length - 3} more` : ""}. ` +
            "Two control planes would write into the same objects. Uninstall it (istioctl uninstall --purge) and " +
            "delete its CustomResourceDefinitions",
        ]),
  ];
}

function isOurs(annotations: NamedObject["annotations"] = {}): boolean {
  return Object.entries(BASE_RELEASE).every(([key, value]) => annotations[key] === value);
}

/** What is known of a request that brought no usable answer. */
export interface FailedRequest {
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** Code of the system or of TLS, such as ECONNREFUSED. */
  readonly code?: string;
  /** Command of the kubeconfig's `exec`, where it is that which failed. */
  readonly command?: string;
}

/** Why a cluster cannot be worked on, and what to do; of the kubeconfig nothing but the server's address is said. */
export function accessFault(server: string, failed: FailedRequest, stack: string): string {
  const { status, code = "no answer", command } = failed;
  if (command !== undefined) {
    const faults: Readonly<Record<string, string>> = {
      ENOENT: "is not on the PATH",
      ETIMEDOUT: "did not end in time, perhaps since it waits for somebody to sign in",
    };
    const fault = faults[code] ?? "handed out no credential";
    return (
      `its exec command ${command} ${fault}. Install it or sign in to it wherever pulumi runs, CI included, or use ` +
      "the token of a service account. To see what it says: run the command by hand"
    );
  }
  if (status === 401) {
    return (
      `the API server ${server} refuses its credential (401): it has run out, was taken back, or belongs to another ` +
      `cluster. Set a new one: pulumi config set --secret global-mesh:kubeconfig --stack ${stack} < kubeconfig.yaml`
    );
  }
  if (status === 403) {
    return (
      `its user may not list namespaces, nodes and CustomResourceDefinitions in ${server} (403). The mesh makes ` +
      "cluster-wide objects: bind the user to the ClusterRole cluster-admin"
    );
  }
  if (status !== undefined)
    return `the API server ${server} answered ${status}. See that it is well: GET /readyz`;
  if (code.startsWith("ERR_OSSL")) {
    return (
      `its CA, client certificate or key cannot be read (${code}): each is PEM in base64. Take the kubeconfig anew: ` +
      "kubectl config view --minify --flatten --raw"
    );
  }
  if (/CERT|TLS|SSL|ISSUER|SIGNATURE/.test(code)) {
    return (
      `the certificate of ${server} does not hold against its certificate-authority-data (${code}). Give the CA of ` +
      "that API server, and the name or address that its certificate carries"
    );
  }
  return (
    `the API server ${server} cannot be reached from here (${code}). See to the route: VPN, firewall, private ` +
    "endpoint. Peers' clusters have to reach the same address. If the cluster is gone for good: " +
    `PULUMI_K8S_DELETE_UNREACHABLE=true pulumi destroy --stack ${stack}`
  );
}

/**
 * What a user should know where nodes lie elsewhere than the regions table says; undefined where all is well.
 * @param localities label topology.kubernetes.io/region of each node, undefined where it has none.
 */
export function localityWarning(
  region: string,
  localities: readonly (string | undefined)[],
): string | undefined {
  const wrong = localities.filter((locality) => locality !== region);
  if (wrong.length === 0) return undefined;
  const found = [...new Set(wrong.map((locality) => locality ?? "none"))].toSorted().join(", ");
  return (
    `${wrong.length} of ${localities.length} nodes of region ${region} do not carry the label ` +
    `topology.kubernetes.io/region=${region} (found: ${found}): locality tables go by that label, and what runs ` +
    "there counts as another region. Label the nodes, or name the region as they do"
  );
}
