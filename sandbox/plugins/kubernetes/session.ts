import { KubeClient, UnreachableError, isUnknownKind, type ResourceInfo } from "../../kube";
import type { Settings } from "./config";
import type { ObjectType } from "./kinds";

/** One configured provider: its settings and its client. */
export class Session {
  readonly kube: KubeClient;
  private probe: Promise<UnreachableError | undefined> | undefined;

  constructor(readonly settings: Settings) {
    const { kubeconfig, context } = settings;
    this.kube = KubeClient.fromKubeconfig(kubeconfig, context === undefined ? {} : { context });
  }

  /**
   * Why the cluster did not answer at the beginning; undefined when it did. As with the official plugin that is
   * asked once: only a cluster that was away all along is one whose objects may be given up.
   */
  outage(): Promise<UnreachableError | undefined> {
    this.probe ??= this.kube.request({ method: "GET", path: "/version" }).then(
      () => undefined,
      (error: unknown) => (error instanceof UnreachableError ? error : undefined),
    );
    return this.probe;
  }

  /** The kind at the server; undefined when it does not have it (yet). */
  async find(type: ObjectType): Promise<ResourceInfo | undefined> {
    try {
      return await this.kube.resource(type.apiVersion, type.kind);
    } catch (error) {
      if (isUnknownKind(error)) return undefined;
      throw error;
    }
  }

  /**
   * Whether objects of the kind are in namespaces. A custom resource whose definition is not there yet is
   * taken for namespaced, as most are.
   */
  async isNamespaced(type: ObjectType): Promise<boolean> {
    if (type.namespaced !== undefined) return type.namespaced;
    try {
      return (await this.find(type))?.namespaced ?? true;
    } catch (error) {
      if (error instanceof UnreachableError) return true;
      throw error;
    }
  }
}
