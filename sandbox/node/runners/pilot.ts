import { join } from "node:path";
import type { Runner } from "./runner";
import { withFlags } from "./flags";

/** The ports of an istiod pod, as the chart's Service and probe know them. */
export const ISTIOD_POD_PORTS = {
  https: 15017,
  http: 8080,
  grpc: 15010,
  secureGrpc: 15012,
  monitoring: 15014,
  ctrlz: 9876,
} as const;

/**
 * istiod out of the cluster. Its files are found without being told: istiod looks for most of them below its
 * working folder, which is the pod's root. Told are the certificates, since users look for them, and its
 * addresses: by default it takes its ports on every address, so that two istiods would collide.
 */
export function pilotRunner(pilotDiscovery: string, processors: number): Runner {
  return {
    image: "pilot",
    claims: ({ command, args }) => command === undefined && args?.[0] === "discovery",
    command: ({ args, env, address, root, kubeconfig }) => ({
      command: pilotDiscovery,
      args: withFlags(args, {
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
        httpAddr: `${address}:${ISTIOD_POD_PORTS.http}`,
        httpsAddr: `${address}:${ISTIOD_POD_PORTS.https}`,
        grpcAddr: `${address}:${ISTIOD_POD_PORTS.grpc}`,
        secureGRPCAddr: `${address}:${ISTIOD_POD_PORTS.secureGrpc}`,
        monitoringAddr: `${address}:${ISTIOD_POD_PORTS.monitoring}`,
        ctrlz_address: address,
        ctrlz_port: String(ISTIOD_POD_PORTS.ctrlz),
      }),
      env: {
        ...env,
        ROOT_CA_DIR: join(root, "etc", "cacerts"),
        // What istiod reads at /cacerts in its image: authorities of those who serve keys of tokens.
        SSL_CERT_DIR: [join(root, "cacerts"), env["SSL_CERT_DIR"] ?? "/etc/ssl/certs"].join(":"),
        GOMAXPROCS: String(Math.max(1, Math.min(Number(env["GOMAXPROCS"] ?? processors) || 1, processors))),
      },
    }),
  };
}
