import type { CurlSettings } from "../../app/curl/run";
import { CURL_IMAGE } from "../images";
import { OUTBOUND_SOCKET } from "../mesh/capture";
import { namespaceOf } from "../types";
import { DNS_PORT } from "./proxy";
import type { Runner } from "./runner";

/** curl in a pod of the mesh, as far as the sandbox's application plays it. */
export function curlRunner(app: string): Runner {
  return {
    image: CURL_IMAGE,
    dataPlane: true,
    claims: ({ command }) => command === undefined || (command.length === 1 && command[0] === "curl"),
    command: ({ args, pod, env, address, root, network }) => {
      if (network === undefined) throw new Error("curl runs only in a pod of the data plane.");
      const { localhost, proxied, sockets } = network;
      const settings: CurlSettings = {
        args,
        root,
        namespace: namespaceOf(pod),
        host: proxied ? localhost : address,
        ...(proxied ? { outbound: `${sockets}/${OUTBOUND_SOCKET}`, dns: `${localhost}:${DNS_PORT}` } : {}),
      };
      return {
        command: process.execPath,
        args: [app],
        env: { ...env, SANDBOX_CURL: JSON.stringify(settings) },
      };
    },
  };
}
