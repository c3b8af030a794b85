import { connectionDirect, connectionFromKubeconfig, type Connection, type Signature } from "./connection";
import { Discovery } from "./discovery";
import { KubeError, isNotFound } from "./error";
import { Transport } from "./transport";
import type { KubeObject, ListOptions, ObjectRef, RequestOptions, ResourceInfo } from "./types";
import { follow, listItems, watch, type FollowOptions, type KubeList, type WatchOptions } from "./watch";

/** How an object is deleted. */
export interface DeleteOptions {
  /** @default the kind's own, which is Background for most */
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
  /** Refuses when the object was replaced by another of the same name. */
  readonly uid?: string;
  readonly gracePeriodSeconds?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How an object is created. */
export interface CreateOptions {
  readonly fieldManager?: string;
  /** Asks the server what it would do. @default false */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** How an object is applied. */
export interface ApplyOptions {
  readonly fieldManager: string;
  /** Takes fields from other managers. @default false */
  readonly force?: boolean;
  /** Asks the server what it would do. @default false */
  readonly dryRun?: boolean;
  /** What happens to a field that the kind does not have. @default the server's: dropped with a warning */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
  readonly signal?: AbortSignal | undefined;
}

/**
 * A thin REST client of one API server. Objects are plain JSON in both directions: the typed models of
 * the official client drop fields that they do not know.
 */
export class KubeClient {
  private readonly transport: Transport;
  private readonly discovery: Discovery;

  private constructor(private readonly connection: Connection) {
    this.transport = new Transport(connection);
    this.discovery = new Discovery(this.transport);
  }

  /** A client from the contents of a kubeconfig: token, client certificate or exec, with an environment for that. */
  static fromKubeconfig(
    yaml: string,
    options: { context?: string; env?: NodeJS.ProcessEnv } = {},
  ): KubeClient {
    return new KubeClient(connectionFromKubeconfig(yaml, options.context, options.env));
  }

  /** A client by a server's address, its CA (PEM in base64) and a bearer token. */
  static direct(o: { server: string; caData: string; token: string }): KubeClient {
    return new KubeClient(connectionDirect(o));
  }

  /** The server's address. */
  get server(): string {
    return this.connection.server;
  }

  /** Sign-in for a connection beside this client's own, by the credential that it holds: secret. */
  sign(): Promise<Signature> {
    return this.connection.sign();
  }

  /** The namespace of the kubeconfig's context, or "default". */
  get defaultNamespace(): string {
    return this.connection.namespace ?? "default";
  }

  /** One exchange; the answer is parsed as JSON, or is text where it is not JSON. */
  async request<T = unknown>(o: RequestOptions): Promise<T> {
    const text = await this.transport.exchange(o);
    if (text === "") return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch {
      return text as T;
    }
  }

  /** The path and scope of a kind. A kind that the server does not have is a KubeError (see isUnknownKind). */
  resource(apiVersion: string, kind: string): Promise<ResourceInfo> {
    return this.discovery.resource(apiVersion, kind);
  }

  /** One object, or undefined when it, its namespace or its kind does not exist. */
  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    try {
      return await this.request<KubeObject>({ method: "GET", path: await this.path(ref) });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** All objects of a kind, in one namespace or in all. */
  async list(o: ListOptions): Promise<KubeObject[]> {
    const info = await this.resource(o.apiVersion, o.kind);
    const query = {
      ...(o.labelSelector === undefined ? {} : { labelSelector: o.labelSelector }),
      ...(o.fieldSelector === undefined ? {} : { fieldSelector: o.fieldSelector }),
    };
    return listItems(await this.request<KubeList>({ method: "GET", path: info.path(o.namespace), query }));
  }

  /** Server-side apply. */
  async apply(object: KubeObject, o: ApplyOptions): Promise<KubeObject> {
    return await this.request<KubeObject>({
      method: "PATCH",
      path: await this.path(refOf(object)),
      query: {
        fieldManager: o.fieldManager,
        ...(o.fieldValidation === undefined ? {} : { fieldValidation: o.fieldValidation }),
        ...(o.force === true ? { force: "true" } : {}),
        ...(o.dryRun === true ? { dryRun: "All" } : {}),
      },
      // JSON is YAML, and the server takes an apply in YAML only under this type.
      contentType: "application/apply-patch+yaml",
      body: object,
      signal: o.signal,
    });
  }

  /** Creates an object; one that exists is a KubeError with the reason "AlreadyExists". */
  async create(object: KubeObject, o: CreateOptions = {}): Promise<KubeObject> {
    const info = await this.resource(object.apiVersion, object.kind);
    return await this.request<KubeObject>({
      method: "POST",
      path: info.path(object.metadata.namespace),
      query: {
        ...(o.fieldManager === undefined ? {} : { fieldManager: o.fieldManager }),
        ...(o.dryRun === true ? { dryRun: "All" } : {}),
      },
      body: object,
      signal: o.signal,
    });
  }

  /** A JSON merge patch of one object. */
  async patch(ref: ObjectRef, patch: unknown): Promise<KubeObject> {
    return await this.mergePatch(await this.path(ref), patch);
  }

  /** A JSON merge patch of one object's status. */
  async patchStatus(ref: ObjectRef, patch: unknown): Promise<KubeObject> {
    return await this.mergePatch(`${await this.path(ref)}/status`, patch);
  }

  /** Asks for deletion and returns at once; an object that is gone already is no error. */
  async delete(ref: ObjectRef, o: DeleteOptions = {}): Promise<void> {
    try {
      await this.request({
        method: "DELETE",
        path: await this.path(ref),
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          ...(o.propagationPolicy === undefined ? {} : { propagationPolicy: o.propagationPolicy }),
          ...(o.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: o.gracePeriodSeconds }),
          ...(o.uid === undefined ? {} : { preconditions: { uid: o.uid } }),
        },
        signal: o.signal,
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Watches a collection's path until the server closes the watch or the signal ends it. */
  watch(path: string, o: WatchOptions): Promise<void> {
    return watch(this.transport, path, o);
  }

  /** List and watch in one, listing again whenever events may have been missed, until the signal ends it. */
  follow(path: string, o: FollowOptions): Promise<void> {
    return follow(this.transport, path, o);
  }

  /** Closes the kept connections; the client can still be used. */
  close(): void {
    this.transport.close();
  }

  private async path(ref: ObjectRef): Promise<string> {
    const info = await this.resource(ref.apiVersion, ref.kind);
    if (info.namespaced && ref.namespace === undefined)
      throw new KubeError(
        `${ref.kind} ${ref.name} needs a namespace: the kind is namespaced.`,
        400,
        "BadRequest",
      );
    return info.path(ref.namespace, ref.name);
  }

  private mergePatch(path: string, body: unknown): Promise<KubeObject> {
    return this.request<KubeObject>({
      method: "PATCH",
      path,
      contentType: "application/merge-patch+json",
      body,
    });
  }
}

function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name };
}
