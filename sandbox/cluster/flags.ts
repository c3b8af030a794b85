import type { ClusterFiles } from "./files";
import { serverUrl } from "./files";
import { DEFAULT_SERVICE_CIDR, type ControlPlaneSpec } from "./spec";

/** Arguments of etcd. */
export function etcdFlags(spec: ControlPlaneSpec, files: ClusterFiles): string[] {
  const { host, etcdClientPort, etcdPeerPort } = spec.addresses;
  const client = `https://${host}:${etcdClientPort}`;
  const peer = `https://${host}:${etcdPeerPort}`;
  return [
    `--name=${spec.name}`,
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=${spec.name}=${peer}`,
    // Every user of the machine can reach loopback, and etcd holds all secrets.
    "--client-cert-auth",
    `--trusted-ca-file=${files.etcdCa}`,
    `--cert-file=${files.etcdCertificate}`,
    `--key-file=${files.etcdKey}`,
    "--peer-client-cert-auth",
    `--peer-trusted-ca-file=${files.etcdCa}`,
    `--peer-cert-file=${files.etcdCertificate}`,
    `--peer-key-file=${files.etcdKey}`,
    // A crash of the machine may cost a sandbox; waiting for the disk at each write costs every run.
    "--unsafe-no-fsync",
    // One member elects itself: it need not wait a second for votes.
    "--heartbeat-interval=20",
    "--election-timeout=200",
    "--log-level=warn",
  ];
}

/** Arguments of the API server. */
export function apiServerFlags(spec: ControlPlaneSpec, files: ClusterFiles): string[] {
  const { host, apiServerPort, etcdClientPort } = spec.addresses;
  return [
    `--etcd-servers=https://${host}:${etcdClientPort}`,
    `--etcd-cafile=${files.etcdCa}`,
    `--etcd-certfile=${files.etcdCertificate}`,
    `--etcd-keyfile=${files.etcdKey}`,
    `--bind-address=${host}`,
    `--advertise-address=${host}`,
    `--secure-port=${apiServerPort}`,
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.key}`,
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    "--authorization-mode=RBAC",
    `--authentication-config=${files.authentication}`,
    `--token-auth-file=${files.tokens}`,
    // Kubeconfigs may sign in by a certificate of the cluster's CA, as those of most clusters do.
    `--client-ca-file=${files.ca}`,
    `--egress-selector-config-file=${files.egress}`,
    `--service-cluster-ip-range=${spec.serviceCidr ?? DEFAULT_SERVICE_CIDR}`,
    "--allow-privileged=true",
    // EndpointSlices refuse loopback addresses, so the Service kubernetes stays without endpoints.
    "--endpoint-reconciler-type=none",
    "--profiling=false",
    "--event-ttl=15m",
    "--etcd-count-metric-poll-period=0",
    "--etcd-db-metric-poll-interval=0",
  ];
}

/** Controllers that AKS's cloud provider would replace (the stand-ins do that work). */
const CLOUD_CONTROLLERS = [
  "cloud-node-lifecycle-controller",
  "service-lb-controller",
  "node-route-controller",
];

/** Arguments of the controller manager. */
export function controllerManagerFlags(spec: ControlPlaneSpec, files: ClusterFiles): string[] {
  const { host, controllerManagerPort } = spec.addresses;
  return [
    `--kubeconfig=${files.controllerManagerKubeconfig}`,
    `--master=${serverUrl(spec)}`,
    `--bind-address=${host}`,
    `--secure-port=${controllerManagerPort}`,
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.key}`,
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    "--use-service-account-credentials=true",
    `--root-ca-file=${files.ca}`,
    "--leader-elect=false",
    `--controllers=*,${CLOUD_CONTROLLERS.map((name) => `-${name}`).join(",")}`,
    "--profiling=false",
    // A namespace with a mesh in it is a few hundred objects: the default of 20 requests a second makes its
    // deletion the longest part of a run.
    "--kube-api-qps=200",
    "--kube-api-burst=400",
  ];
}
