import { APP_IMAGE } from "../images";
import { OUTBOUND_SOCKET } from "../mesh/capture";
import { namespaceOf } from "../types";
import { DNS_PORT } from "./proxy";
import type { Runner } from "./runner";

/** Port of the pod's localhost at which the application takes requests to send. */
export const CONTROL_PORT = 15900;

/** The sandbox's own application: it plays the workloads of the catalog, and sends requests as them. */
export function appRunner(app: string): Runner {
  return {
    image: APP_IMAGE,
    dataPlane: true,
    behindProxy: true,
    claims: ({ command }) => command === undefined,
    command: ({ container, pod, env, address, network }) => {
      if (network === undefined) throw new Error("the application runs only in a pod of the data plane.");
      const { localhost, proxied, sockets, region, token } = network;
      const labels = pod.metadata.labels ?? {};
      return {
        command: process.execPath,
        args: [app],
        env: {
          ...env,
          SANDBOX_APP: JSON.stringify({
            workload: labels["app"] ?? pod.metadata.name,
            version: labels["version"] ?? "",
            namespace: namespaceOf(pod),
            pod: pod.metadata.name,
            region,
            host: proxied ? localhost : address,
            ports: (container.ports ?? []).map(({ containerPort }) => containerPort),
            control: { host: localhost, port: CONTROL_PORT },
            ...(proxied
              ? { outbound: `${sockets}/${OUTBOUND_SOCKET}`, dns: `${localhost}:${DNS_PORT}` }
              : {}),
          }),
          SANDBOX_APP_TOKEN: token,
        },
      };
    },
  };
}
