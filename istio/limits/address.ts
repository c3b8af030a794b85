/** Where the rate limit service is: its Kubernetes Service, taken apart. */
export interface ServiceAddress {
  readonly host: string;
  readonly namespace: string;
  readonly port: number;
}

/** Reads `name.namespace.svc.cluster.local:port`; undefined where the text is something else. */
export function serviceAddress(address: string): ServiceAddress | undefined {
  const match = /^([a-z0-9-]+\.([a-z0-9-]+)\.svc(?:\.[a-z0-9-]+)+):(\d{1,5})$/.exec(address);
  const [, host, namespace, port] = match ?? [];
  return host === undefined || namespace === undefined ? undefined : { host, namespace, port: Number(port) };
}
