import { KubeError, UNKNOWN_KIND, isNotFound } from "./error";
import type { Transport } from "./transport";
import type { ResourceInfo } from "./types";

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Which kinds a server has, asked group by group and kept; an unknown kind asks again. */
export class Discovery {
  private readonly groups = new Map<string, Promise<ReadonlyMap<string, ApiResource>>>();

  constructor(private readonly transport: Transport) {}

  async resource(apiVersion: string, kind: string): Promise<ResourceInfo> {
    const held = this.groups.get(apiVersion);
    const found = (await held)?.get(kind) ?? (await this.ask(apiVersion)).get(kind);
    if (found === undefined)
      throw new KubeError(
        `the API server has no kind ${apiVersion}/${kind}; its CustomResourceDefinition may be missing.`,
        404,
        UNKNOWN_KIND,
      );
    const base = root(apiVersion);
    return {
      namespaced: found.namespaced,
      plural: found.name,
      verbs: found.verbs,
      path: (namespace, name) => {
        const scope =
          found.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
        return `${base}${scope}/${found.name}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
      },
    };
  }

  private ask(apiVersion: string): Promise<ReadonlyMap<string, ApiResource>> {
    const answer = this.fetch(apiVersion);
    this.groups.set(apiVersion, answer);
    // A failure is not kept: the server may be there at the next call.
    answer.catch(() => this.groups.delete(apiVersion));
    return answer;
  }

  private async fetch(apiVersion: string): Promise<ReadonlyMap<string, ApiResource>> {
    try {
      const text = await this.transport.exchange({ method: "GET", path: root(apiVersion) });
      const { resources } = JSON.parse(text) as { resources: readonly ApiResource[] };
      // Subresources such as pods/status share the parent's kind.
      return new Map(resources.filter(({ name }) => !name.includes("/")).map((r) => [r.kind, r]));
    } catch (error) {
      if (isNotFound(error)) return new Map();
      throw error;
    }
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
