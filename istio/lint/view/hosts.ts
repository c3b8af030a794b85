import type { Service } from "../../intent";
import { serviceHost } from "../../intent";
import { at, list, texts } from "../../rules/fields";
import { labelsOf, push, type Labels } from "./labels";
import type { Viewed } from "./object";

/** A host that some Service, ServiceEntry or entry of the catalog declares. */
export interface KnownHost {
  readonly host: string;
  readonly namespace: string;
  /** Labels of its workloads; undefined where it selects none. */
  readonly selector?: Labels;
  /** Whether it is outside the mesh. */
  readonly external: boolean;
  /** Whether its endpoints stand in the ServiceEntry itself. */
  readonly inline: boolean;
}

const SERVICE_SUFFIX = ".svc.cluster.local";

/** Hosts by name. */
export class HostIndex {
  private readonly byHost = new Map<string, KnownHost[]>();
  /** The part behind the first label of every host, and behind that, and so on. */
  private readonly suffixes = new Set<string>();
  private readonly namespaces = new Set<string>();

  add(known: KnownHost): void {
    push(this.byHost, known.host, known);
    if (known.host.endsWith(SERVICE_SUFFIX)) this.namespaces.add(known.namespace);
    for (const suffix of wider(known.host)) this.suffixes.add(suffix);
  }

  get isEmpty(): boolean {
    return this.byHost.size === 0;
  }

  /** What declares a host: by its own name, or by a wildcard that covers it. */
  find(host: string): readonly KnownHost[] {
    const exact = this.byHost.get(host);
    if (exact !== undefined) return exact;
    for (const suffix of wider(host)) {
      const found = this.byHost.get(`*${suffix}`);
      if (found !== undefined) return found;
    }
    return [];
  }

  /** Whether a host is declared; for a wildcard, whether it covers any that is. */
  declares(host: string): boolean {
    if (host === "*") return !this.isEmpty;
    return host.startsWith("*.") && this.suffixes.has(host.slice(1)) ? true : this.find(host).length > 0;
  }

  /** Whether Services are known of the namespace that a Service's host names; undefined for any other host. */
  knowsNamespaceOf(host: string): boolean | undefined {
    if (!host.endsWith(SERVICE_SUFFIX)) return undefined;
    const namespace = host.slice(0, -SERVICE_SUFFIX.length).split(".").at(-1) ?? "";
    return this.namespaces.has(namespace);
  }
}

function wider(host: string): readonly string[] {
  const labels = host.split(".");
  return labels.slice(1).map((_, index) => `.${labels.slice(index + 1).join(".")}`);
}

/** The hosts of a service of the catalog: its global one, and that of its Kubernetes Service. */
export function hostsOf(service: Service): readonly KnownHost[] {
  const { name, namespace } = service;
  const hosts = new Set([serviceHost(service), `${name}.${namespace}${SERVICE_SUFFIX}`]);
  return [...hosts].map((host) => ({
    host,
    namespace,
    selector: { app: name },
    external: false,
    inline: false,
  }));
}

/** The hosts that an object declares. */
export function hostsIn({ kind, namespace, name, spec }: Viewed): readonly KnownHost[] {
  if (kind === "Service") {
    const selector = at(spec, "selector");
    return [
      {
        host: `${name}.${namespace}${SERVICE_SUFFIX}`,
        namespace,
        ...(selector === undefined ? {} : { selector: labelsOf(selector) }),
        external: at(spec, "type") === "ExternalName",
        inline: false,
      },
    ];
  }
  if (kind !== "ServiceEntry") return [];
  const selector = at(spec, "workloadSelector", "labels");
  return texts(at(spec, "hosts")).map((host) => ({
    host,
    namespace,
    ...(selector === undefined ? {} : { selector: labelsOf(selector) }),
    external: at(spec, "location") !== "MESH_INTERNAL",
    inline: list(at(spec, "endpoints")).length > 0,
  }));
}
