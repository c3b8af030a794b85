import type { IstioObject, MtlsMode } from "../model";
import type { Service } from "./service";

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

/** The escape hatch: any namespaced Istio object. */
export type RawObject = Omit<IstioObject, "metadata"> & {
  readonly metadata: Pick<IstioObject["metadata"], "name" | "namespace"> &
    Partial<Pick<IstioObject["metadata"], "labels" | "annotations">>;
};

/** An application with its defaults filled in. */
export interface Application extends ApplicationArgs {
  readonly namespaces: readonly NamespaceArgs[];
  readonly services: readonly Service[];
  readonly raw: readonly RawObject[];
}

/** An application of the mesh. It is checked together with everything else by `compile`. */
export function application(args: ApplicationArgs): Application {
  return {
    ...args,
    namespaces: args.namespaces ?? [],
    services: args.services ?? [],
    raw: args.raw ?? [],
  };
}
