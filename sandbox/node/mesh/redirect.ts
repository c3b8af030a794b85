import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { INBOUND_SOCKET, PROXY_FOLDER } from "./capture";
import type { GatewayPorts } from "./gateway-ports";
import type { Member, RunningPod } from "./members";
import { applicationPorts, isGateway } from "./pods";
import { PodRelay } from "./relay";

/**
 * Stands in for a pod's iptables from now on.
 *
 * @param root root folder of its proxy, which makes its sockets there each time that it starts.
 */
export async function redirect(member: Member, root: string, gatewayPorts: GatewayPorts): Promise<void> {
  const { pod, network } = member;
  const folder = join(root, PROXY_FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(network.sockets, { force: true });
  symlinkSync(folder, network.sockets);
  if (member.relay !== undefined) return;
  const { localhost, sockets } = network;
  const relay = new PodRelay({ address: foundAt(member), localhost, sockets });
  try {
    await relay.serve(
      isGateway(pod)
        ? gatewayPorts.served(pod).relay
        : applicationPorts(pod).map((port) => ({ port, socket: INBOUND_SOCKET })),
    );
  } catch (error) {
    await relay.stop();
    throw error;
  }
  member.relay = relay;
}

/**
 * Where others find a pod. A gateway's ports may be others here than those of its Service, so istiod, which looks for
 * a registration at the proxy's own address, must find none: it would move the gateway's listeners.
 */
export function foundAt({ pod, address, network }: RunningPod): string {
  return isGateway(pod) ? network.localhost : address;
}
