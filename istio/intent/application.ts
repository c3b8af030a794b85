import type { IstioObject, MtlsMode } from "../model";
import type { ExternalService } from "./external";
import type { Gateway } from "./gateway";
import type { RateLimitService } from "./limits";
import type { Service } from "./service";
import type { Telemetry } from "./telemetry";

/** A namespace that an application needs in every cluster it is bound to. */
export interface NamespaceArgs {
  /**
   * Name of the namespace.
   * @example "production"
   */
  readonly name: string;
  /**
   * Whether pods get a proxy.
   * @default true
   */
  readonly injection?: boolean;
  /**
   * What all workloads of the namespace accept.
   * @default what the mesh says
   * @example "STRICT"
   */
  readonly mtls?: MtlsMode;
  /**
   * Whether workloads of the namespace let in only what `access` of their service names: whoever says nothing is
   * closed.
   * @default false: a service without `access` lets everybody in
   */
  readonly defaultDeny?: boolean;
}

/** What belongs together and is bound to clusters as one. */
export interface ApplicationArgs {
  /**
   * Name of the application, which is also that of its folder in `catalog/`.
   * @example "ai-agent"
   */
  readonly name: string;
  /**
   * Namespaces that the application brings along.
   * @default none
   */
  readonly namespaces?: readonly NamespaceArgs[];
  /**
   * Services of the application.
   * @default none
   */
  readonly services?: readonly Service[];
  /**
   * How clients from outside come in.
   * @default none
   */
  readonly gateways?: readonly Gateway[];
  /**
   * Services outside the mesh that its workloads may call.
   * @default none
   */
  readonly externalServices?: readonly ExternalService[];
  /**
   * What proxies report.
   * @default what the mesh configuration says
   */
  readonly telemetry?: readonly Telemetry[];
  /**
   * Callers that are no services of the catalog and that `access`, and `callers` of external services, may name all the
   * same, as `namespace/serviceAccount`; the account may be `*`. Any other caller that no service is, is taken for a
   * slip of the pen.
   * @default none
   * @example ["monitoring/prometheus"]
   */
  readonly otherCallers?: readonly string[];
  /**
   * The service that counts global rate limits.
   * @default none; a service with `globalRateLimits` is refused then
   */
  readonly rateLimitService?: RateLimitService;
  /**
   * Labels of the application and of all its entries, by which bindings may select them.
   * @default none
   * @example { team: "payments" }
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Findings of the linter that are meant to be so, each with its reason.
   * @default none
   * @example [{ code: "GM203", entry: "services.cart", reason: "readiness probes decide alone" }]
   */
  readonly suppress?: readonly Suppression[];
  /**
   * What every workload of the mesh accepts unless its namespace or service says otherwise.
   * @default nothing is said; Istio's own default is PERMISSIVE
   * @example "STRICT"
   */
  readonly meshMtls?: MtlsMode;
  /**
   * Custom resources that no builder knows, applied as they stand with our labels added.
   * @default none
   */
  readonly raw?: readonly RawObject[];
}

/** A finding of the linter that is meant to be so. */
export interface Suppression {
  /** Code of the rule, as docs/lint.md lists it. @example "GM203" */
  readonly code: string;
  /** Entry of this application, as the finding names it. @default every entry of the application @example "services.cart" */
  readonly entry?: string;
  /** Why it is meant to be so; `mesh lint --json` shows it. @example "readiness probes decide alone" */
  readonly reason: string;
}

/** The escape hatch: any namespaced Istio object. */
export type RawObject = Omit<IstioObject, "metadata"> & {
  readonly metadata: Pick<IstioObject["metadata"], "name" | "namespace"> &
    Partial<Pick<IstioObject["metadata"], "labels" | "annotations">>;
};

/** An application with its defaults filled in. */
export interface Application extends ApplicationArgs {
  readonly namespaces: readonly NamespaceArgs[];
  readonly services: readonly Service[];
  readonly gateways: readonly Gateway[];
  readonly externalServices: readonly ExternalService[];
  readonly telemetry: readonly Telemetry[];
  readonly labels: Readonly<Record<string, string>>;
  readonly suppress: readonly Suppression[];
  readonly raw: readonly RawObject[];
}

/** An application of the mesh. It is checked together with everything else by `compile`. */
export function application(args: ApplicationArgs): Application {
  return {
    ...args,
    namespaces: args.namespaces ?? [],
    services: args.services ?? [],
    gateways: args.gateways ?? [],
    externalServices: args.externalServices ?? [],
    telemetry: args.telemetry ?? [],
    labels: args.labels ?? {},
    suppress: args.suppress ?? [],
    raw: args.raw ?? [],
  };
}
