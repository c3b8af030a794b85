import { KubeClient, UnreachableError, isUnknownKind, type ResourceInfo } from "../../kube";
import type { Settings } from "./config";
import type { ObjectType } from "./kinds";

/** One configured provider: its settings and its client. */
export class Session {
  readonly kube: KubeClient;

  constructor(readonly settings: Settings) {
    const { kubeconfig, context } = settings;
    this.kube = KubeClient.fromKubeconfig(kubeconfig, context === undefined ? {} : { context });
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
