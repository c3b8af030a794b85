import { randomBytes, randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority, createSigningKey, firstServiceAddress, issueLeaf, type KeyPairPem } from "./pki";
import { DEFAULT_SERVICE_CIDR, type ControlPlaneSpec } from "./spec";

/** Where a cluster keeps what its servers read. All of it is private to the user. */
export interface ClusterFiles {
  readonly etcdData: string;
  readonly etcdCa: string;
  readonly etcdCertificate: string;
  readonly etcdKey: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly serviceAccountKey: string;
  readonly tokens: string;
  readonly authentication: string;
  readonly egress: string;
  readonly controllerManagerKubeconfig: string;
  /** Random name of this cluster's data, also written into its etcd. */
  readonly dataId: string;
}

/**
 * Writes keys, certificates and configuration. The authorities, the service account key and the data's name are
 * made once: kubeconfigs and tokens that are out there must hold after a restart. The rest is made at each start.
 */
export async function prepareFiles(spec: ControlPlaneSpec): Promise<ClusterFiles> {
  const folder = join(spec.folder, "pki");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const at = (name: string): string => join(folder, name);
  const files: ClusterFiles = {
    etcdData: join(spec.folder, "etcd"),
    etcdCa: at("etcd-ca.crt"),
    etcdCertificate: at("etcd.crt"),
    etcdKey: at("etcd.key"),
    ca: at("ca.crt"),
    certificate: at("server.crt"),
    key: at("server.key"),
    serviceAccountKey: at("service-account.key"),
    tokens: at("tokens.csv"),
    authentication: at("authentication.yaml"),
    egress: at("egress.yaml"),
    controllerManagerKubeconfig: at("controller-manager.kubeconfig"),
    dataId: keep(at("data-id"), randomUUID),
  };

  const { host } = spec.addresses;
  const ca = await keepAuthority(files.ca, at("ca.key"), `${spec.name} CA`);
  // An authority of its own: who may sign in to the API server may not sign in to etcd.
  const etcdCa = await keepAuthority(files.etcdCa, at("etcd-ca.key"), `${spec.name} etcd CA`);
  const etcd = await issueLeaf(etcdCa, { commonName: "etcd", dnsNames: [], ipAddresses: [host] });
  writePrivate(files.etcdCertificate, etcd.certificate);
  writePrivate(files.etcdKey, etcd.privateKey);
  const server = await issueLeaf(ca, {
    commonName: "kube-apiserver",
    dnsNames: [
      "localhost",
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
      ...(spec.dnsNames ?? []),
    ],
    ipAddresses: [host, firstServiceAddress(spec.serviceCidr ?? DEFAULT_SERVICE_CIDR)],
  });
  writePrivate(files.certificate, server.certificate);
  writePrivate(files.key, server.privateKey);
  keep(files.serviceAccountKey, createSigningKey);

  const controllerManagerToken = randomBytes(32).toString("base64url");
  writePrivate(files.tokens, tokenFile(spec.operatorToken, controllerManagerToken));
  writePrivate(files.authentication, ANONYMOUS_HEALTH_ONLY);
  writePrivate(files.egress, noWayInto(at("nobody-listens.sock")));
  writePrivate(
    files.controllerManagerKubeconfig,
    kubeconfig({ server: serverUrl(spec), ca: ca.certificate, token: controllerManagerToken }),
  );
  return files;
}

/** URL of a cluster's API server. */
export function serverUrl(spec: ControlPlaneSpec): string {
  return `https://${spec.addresses.host}:${spec.addresses.apiServerPort}`;
}

/** The API server's token file: token, user, uid, groups. */
export function tokenFile(operatorToken: string, controllerManagerToken: string): string {
  // A comma or quote would end the field, and an empty token would let everybody in as the operator.
  if (!/^[A-Za-z0-9._~+/=-]{16,}$/.test(operatorToken)) {
    throw new Error(
      "operatorToken is not usable: at least 16 characters of those that a bearer token may have are needed.",
    );
  }
  return [
    `${operatorToken},operator,operator,"system:masters"`,
    `${controllerManagerToken},system:kube-controller-manager,system:kube-controller-manager,""`,
    "",
  ].join("\n");
}

/** A kubeconfig of one cluster and one user. JSON is YAML, and needs no quoting rules. */
export function kubeconfig(o: { server: string; ca: string; token: string }): string {
  const name = "cluster";
  return `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name,
          cluster: { server: o.server, "certificate-authority-data": Buffer.from(o.ca).toString("base64") },
        },
      ],
      users: [{ name, user: { token: o.token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    },
    undefined,
    2,
  )}\n`;
}

/** Nobody is let in without a credential, except to ask whether the server is well. */
const ANONYMOUS_HEALTH_ONLY = `${JSON.stringify({
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AuthenticationConfiguration",
  anonymous: {
    enabled: true,
    conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }],
  },
})}\n`;

async function keepAuthority(
  certificateFile: string,
  keyFile: string,
  commonName: string,
): Promise<KeyPairPem> {
  const certificate = readIfThere(certificateFile);
  const privateKey = readIfThere(keyFile);
  if (certificate !== undefined && privateKey !== undefined) return { certificate, privateKey };
  const authority = await createAuthority(commonName);
  writePrivate(keyFile, authority.privateKey);
  writePrivate(certificateFile, authority.certificate);
  return authority;
}

function keep(file: string, create: () => string): string {
  const kept = readIfThere(file);
  if (kept !== undefined) return kept;
  const value = create();
  writePrivate(file, value);
  return value;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The mode is set before the content is there, and a reader never sees half a file. */
function writePrivate(file: string, content: string): void {
  writeFileSync(`${file}.tmp`, content, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

/**
 * The way from the API server to what a Service, a pod or a node stands for. Nothing here serves a Service
 * address: without this the server would dial it, past loopback, through whatever gateway the machine has. The
 * proxy is a socket where nobody listens, so such a call is refused at once. Webhooks given by a URL go direct.
 */
function noWayInto(socket: string): string {
  return [
    "apiVersion: apiserver.k8s.io/v1beta1",
    "kind: EgressSelectorConfiguration",
    "egressSelections:",
    "  - name: cluster",
    "    connection:",
    "      proxyProtocol: HTTPConnect",
    "      transport:",
    "        uds:",
    `          udsName: ${JSON.stringify(socket)}`,
    "",
  ].join("\n");
}
