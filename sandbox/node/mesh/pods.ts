import { isNotFound, type KubeObject } from "../../kube";
import { APP_IMAGE, imageName, PROXY_IMAGE } from "../images";
import { namespaceOf, type Container, type Pod } from "../types";

/** Where a proxy says whether it is ready; no listener of istiod's. */
const STATUS_PORT = 15021;

/** Whether a container only sets up what the sandbox sets up itself: Istio's iptables rules, or their check. */
export function isRedirectSetup({ image, args }: Container): boolean {
  return imageName(image) === PROXY_IMAGE && args?.[0] === "istio-iptables";
}

/** Ports at which the API server calls the webhooks of a configuration. */
export function webhookPorts(configuration: KubeObject): number[] {
  const webhooks = (configuration["webhooks"] ?? []) as readonly {
    readonly clientConfig?: { readonly url?: string };
  }[];
  return webhooks.flatMap(({ clientConfig }) => {
    const port = clientConfig?.url === undefined ? "" : new URL(clientConfig.url).port;
    return port === "" ? [] : [Number(port)];
  });
}

/** Whether a pod is a gateway of Istio's. */
export function isGateway(pod: Pod): boolean {
  return pod.spec.containers.some(
    ({ image, args }) => imageName(image) === PROXY_IMAGE && args?.[1] === "router",
  );
}

/** Whether a Service's selector, which is no empty one, holds for a pod. */
export function selects(selector: Readonly<Record<string, string>>, pod: Pod): boolean {
  const labels = pod.metadata.labels ?? {};
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

/** Whether a Service leads to a pod. */
export function serves(service: KubeObject, pod: Pod): boolean {
  const { selector = {} } = service["spec"] as { readonly selector?: Readonly<Record<string, string>> };
  return service.metadata.namespace === namespaceOf(pod) && selects(selector, pod);
}

/** A port of a gateway's listener that a Service leads to. */
export interface ServicePort {
  /** By which istiod looks for it in a WorkloadEntry: the target port's own name, or that of the Service's port. */
  readonly name: string;
  readonly target: number;
}

/** The ports of a gateway's listeners that a Service leads to. */
export function servicePorts(service: KubeObject): ServicePort[] {
  const { ports = [] } = service["spec"] as {
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly targetPort?: number | string;
    }[];
  };
  return ports
    .map(({ name, port, targetPort = port }) =>
      typeof targetPort === "number"
        ? { name: name ?? "", target: targetPort }
        : { name: targetPort, target: port },
    )
    .filter(({ target }) => target !== STATUS_PORT);
}

/** The ports that a Gateway asks for. */
export function serverPorts(gateway: KubeObject): number[] {
  const { servers = [] } = gateway["spec"] as {
    readonly servers?: readonly { readonly port?: { number?: number } }[];
  };
  return servers.flatMap(({ port }) => (port?.number === undefined ? [] : [port.number]));
}

/** Whether a pod runs the sandbox's own application. */
export function isApplication(pod: Pod): boolean {
  return pod.spec.containers.some(({ image }) => imageName(image) === APP_IMAGE);
}

/** The name by which a workload is known: its label `app`. */
export function workloadName({ metadata }: Pod): string {
  return metadata.labels?.["app"] ?? metadata.name;
}

/** The ports at which a pod's application listens. */
export function applicationPorts(pod: Pod): number[] {
  const own = pod.spec.containers.filter(({ image }) => imageName(image) !== PROXY_IMAGE);
  return [...new Set(own.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)))];
}

/** What stands for an answer of a cluster that has no kinds of Istio: not yet, no longer, or never. */
export function withoutIstio<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (isNotFound(error)) return answer;
    throw error;
  };
}
