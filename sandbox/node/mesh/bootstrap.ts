/** Where a proxy listens with what Istio would put on every address or on 127.0.0.1. */
export interface BootstrapAddresses {
  /** In place of the wildcard: health and metrics of the proxy. */
  readonly pod: string;
  /** In place of 127.0.0.1: Envoy's admin page. */
  readonly localhost: string;
}

/** A replacement that must find its place: a template that is laid out otherwise must not slip through. */
interface Change {
  readonly from: string;
  readonly to: string;
}

/**
 * Istio's bootstrap template for one pod. Three things differ from Istio's: the addresses, and that readiness is
 * answered by Envoy itself. In Istio it is answered by pilot-agent, whose status server would listen on every
 * address of the machine, so it is kept from starting. Envoy is ready when it has taken its first clusters and
 * listeners from istiod, which is what pilot-agent would look for.
 */
export function bootstrapTemplate(template: string, { pod, localhost }: BootstrapAddresses): string {
  const changes: readonly Change[] = [
    { from: `"address": "{{ .wildcard }}"`, to: `"address": "${pod}"` },
    { from: `"address": "{{ .localhost }}"`, to: `"address": "${localhost}"` },
    { from: `"port_value": {{ .config.StatusPort }}`, to: `"port_value": {{ .config.ProxyAdminPort }}` },
  ];
  const placed = changes.reduce((text, { from, to }) => {
    if (!text.includes(from)) throw unknownTemplate(from);
    return text.replaceAll(from, to);
  }, template);
  const route = /("prefix": "\/healthz\/ready"\s*\},\s*"route": \{)(\s*"cluster": "agent")/g;
  if (!route.test(placed)) throw unknownTemplate("the route of /healthz/ready");
  return placed.replaceAll(route, `$1 "prefix_rewrite": "/ready",$2`);
}

function unknownTemplate(what: string): Error {
  return new Error(`Istio's bootstrap template is laid out otherwise than expected: it lacks ${what}.`);
}
