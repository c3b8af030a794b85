import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { PROXY_IMAGE } from "../images";
import { bootstrapTemplate } from "../mesh/bootstrap";
import type { DataPlanePrograms, Runner } from "./runner";
import { withFlags } from "./flags";

/** Port of the pod's localhost at which its proxy answers questions for names. */
export const DNS_PORT = 15053;

/**
 * Istio's proxy, sidecar or gateway, with the args, environment and mounts that the webhook gave it: pilot-agent gets
 * a certificate from istiod and starts Envoy. What it would take on every address it takes on the pod's.
 */
export function proxyRunner(programs: DataPlanePrograms): Runner {
  return {
    image: PROXY_IMAGE,
    dataPlane: true,
    claims: ({ command, args }) => command === undefined && args?.[0] === "proxy",
    command: (context) => {
      const { address, root, args, env, network } = context;
      const istiodPort = network?.istiodPort;
      if (network === undefined || istiodPort === undefined)
        throw new Error("a proxy runs only in a pod of the data plane.");
      const templateFile = join(root, "bootstrap.json.tmpl");
      const template = readFileSync(programs.bootstrap, "utf8");
      const placed = bootstrapTemplate(template, { pod: address, localhost: network.localhost });
      writeFileSync(templateFile, placed, { mode: 0o600 });
      return {
        command: programs.pilotAgent,
        args: withFlags(args, { templateFile }),
        env: {
          ...env,
          CA_ADDR: `localhost:${istiodPort}`,
          PROXY_CONFIG: proxyConfig(env["PROXY_CONFIG"], programs, {
            istiodPort,
            heldPort: network.heldPort,
          }),
          DNS_PROXY_ADDR: `${network.localhost}:${DNS_PORT}`,
        },
      };
    },
  };
}

/** The container's own proxy configuration, with what differs here. */
export function proxyConfig(
  given: string | undefined,
  { envoy }: Pick<DataPlanePrograms, "envoy">,
  { istiodPort, heldPort }: { readonly istiodPort: number; readonly heldPort: number },
): string {
  const own = (parse(given ?? "{}") ?? {}) as Record<string, unknown>;
  return stringify({
    ...own,
    binaryPath: envoy,
    discoveryAddress: `localhost:${istiodPort}`,
    // Two worker threads for each of sixteen proxies would be more than there are cores.
    concurrency: 1,
    // That server would listen on every address of the machine, and cannot be told otherwise nor be turned off. So it
    // is told a port that is taken: pilot-agent notes that in its log and goes on without. It is one that the region's
    // own agent has for as long as its proxies run; that of a remote's istiod is free while its primary is away.
    statusPort: heldPort,
  });
}
