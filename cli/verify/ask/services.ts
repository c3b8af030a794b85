import { isDeepStrictEqual } from "node:util";
import type { KubeClient, KubeObject } from "../../../sandbox/kube";
import { asking } from "../check";
import type { AnalysisMessage } from "../facts";

/** Istio's warning about a Service that is another one in another cluster (MultiClusterInconsistentService). */
const INCONSISTENT_SERVICE = "IST0170";

/** Where the ports are all that differs. */
const PORTS_ALONE =
  /^The service (\S+) in namespace "([^"]+)" .*behaviors are: service ports are inconsistent\.?$/;

type Lister = Pick<KubeClient, "list">;

/**
 * Leaves out that the ports of a Service are not the same in all clusters, where it is their node ports alone: each
 * cluster allocates its own, so of a Service of type LoadBalancer or NodePort the analyzer says it always
 * (`compareServicePorts` in multicluster/service.go compares them with the rest).
 * @param clusters the clusters whose Services were compared. What they do not let be listed, leaves a message as it is.
 */
export async function withoutNodePorts(
  messages: readonly AnalysisMessage[],
  clusters: readonly Lister[],
  signal: AbortSignal,
): Promise<readonly AnalysisMessage[]> {
  const kept = messages.map(async (message) => {
    const [, name, namespace] =
      message.code === INCONSISTENT_SERVICE ? (PORTS_ALONE.exec(message.message) ?? []) : [];
    if (name === undefined || namespace === undefined) return [message];
    const asked = await asking(
      () => Promise.all(clusters.map((client) => portsOf(client, namespace, name))),
      signal,
    );
    if ("failed" in asked) return [message];
    const [first, ...others] = asked.value.filter((ports) => ports !== undefined);
    return others.every((ports) => isDeepStrictEqual(ports, first)) ? [] : [message];
  });
  return (await Promise.all(kept)).flat();
}

interface ServicePort extends Readonly<Record<string, unknown>> {
  readonly name?: string;
}

/** The declared ports of a Service by name; undefined where there is none. */
async function portsOf(client: Lister, namespace: string, name: string): Promise<object[] | undefined> {
  const fieldSelector = `metadata.name=${name}`;
  // Listed and not read: the analyzers' rights are enough for it.
  const found = await client.list({ apiVersion: "v1", kind: "Service", namespace, fieldSelector });
  const service = found.find(({ metadata }) => metadata.name === name);
  return service === undefined ? undefined : declared(service);
}

function declared(service: KubeObject): object[] {
  const { ports = [] } = (service["spec"] ?? {}) as { readonly ports?: readonly ServicePort[] };
  return ports
    .toSorted((one, other) => ((one.name ?? "") < (other.name ?? "") ? -1 : 1))
    .map(({ nodePort: _, ...port }) => port);
}
