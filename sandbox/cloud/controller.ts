import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, KubeError, type KubeClient, type KubeObject } from "../kube";
import { EventRecorder } from "../node/events";
import {
  BOUND,
  FINALIZER,
  formatAddress,
  internalIp,
  isSame,
  plan,
  type Address,
  type Choice,
  type Plan,
} from "./service";

/** Binds the cloud's public IP addresses to load balancers. */
export interface PublicIpBinder {
  /** Binds; the same owner may ask again and gets the same answer. Fails with the words of the refusal. */
  bind(o: { resourceGroup: string; name: string; owner: string }): Promise<{ ip: string }>;
  /** Releases; an address that is gone, free, or another's is no error. */
  release(o: { resourceGroup: string; name: string; owner: string }): Promise<void>;
}

/** What a cloud controller needs. */
export interface CloudControllerOptions {
  readonly kube: KubeClient;
  readonly publicIps: PublicIpBinder;
  /** @default the address that Azure's annotations name */
  readonly choose?: Choice;
  readonly region: string;
  log(line: string): void;
}

interface Retry {
  readonly at: number;
  readonly pause: number;
}

/** The real controller starts at 5 s; here nobody wants to wait for that. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
const TICK_MS = 500;

/**
 * What the cloud does for Services of type LoadBalancer: binds the public IP address that the annotations name
 * and writes it into the status. No traffic passes here.
 */
export class CloudController {
  private readonly ending = new AbortController();
  private readonly services = new Map<string, KubeObject>();
  private readonly busy = new Map<string, Promise<void>>();
  private readonly retries = new Map<string, Retry>();
  private readonly events: EventRecorder;
  private work: Promise<unknown>[] = [];

  constructor(private readonly o: CloudControllerOptions) {
    this.events = new EventRecorder(o.kube, "service-controller", o.log.bind(o));
  }

  /** Done when the Services that are there are known. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.work = [
        this.o.kube.follow("/api/v1/services", {
          signal: this.ending.signal,
          onSync: (items) => {
            this.services.clear();
            for (const service of items) this.take(service);
            resolve();
          },
          onEvent: ({ type, object }) => {
            if (type !== "DELETED") this.take(object);
            else this.forget(keyOf(object));
          },
        }),
        this.retryDue(),
      ];
    });
  }

  /** Ends at once; what is bound stays bound. */
  async stop(): Promise<void> {
    this.ending.abort();
    await Promise.allSettled([...this.work, ...this.busy.values()]);
  }

  private take(service: KubeObject): void {
    const key = keyOf(service);
    const before = this.services.get(key);
    this.services.set(key, service);
    // A changed Service deserves a try of its own; one whose turn to be tried again comes later waits for it.
    if (before !== undefined && signature(before) === signature(service) && this.retries.has(key)) return;
    this.reconcile(key);
  }

  private forget(key: string): void {
    this.services.delete(key);
    this.retries.delete(key);
  }

  /** One piece of work at a time for a Service. */
  private reconcile(key: string): void {
    if (this.busy.has(key) || this.ending.signal.aborted) return;
    const service = this.services.get(key);
    if (service === undefined) return;
    const work = this.act(key, service, plan(service, this.o.choose)).finally(() => {
      this.busy.delete(key);
      const now = this.services.get(key);
      if (now !== undefined && now !== service && !this.retries.has(key)) this.reconcile(key);
    });
    this.busy.set(key, work);
  }

  private async act(key: string, service: KubeObject, todo: Plan): Promise<void> {
    try {
      if (todo.action === "bind") await this.bind(service, todo.to, todo.from);
      else if (todo.action === "release") await this.release(service, todo.from);
      else if (todo.action === "refuse") throw new Error(todo.message);
      this.retries.delete(key);
    } catch (error) {
      if (isNotFound(error) || !this.services.has(key)) return;
      const pause = Math.min((this.retries.get(key)?.pause ?? FIRST_RETRY_MS / 2) * 2, LONGEST_RETRY_MS);
      this.retries.set(key, { at: Date.now() + pause, pause });
      // Somebody else wrote the Service in the meantime: nothing to tell, the newer version comes next.
      if (error instanceof KubeError && error.status === 409) return;
      const words = error instanceof Error ? error.message : String(error);
      const message = `Error syncing load balancer: ${words}`;
      await this.events.record(service, "Warning", "SyncLoadBalancerFailed", message);
      this.o.log(`Service ${key}: ${message}`);
    }
  }

  private async bind(service: KubeObject, to: Address, from: Address | undefined): Promise<void> {
    const ref = refOf(service);
    const owner = this.owner(service);
    await this.events.record(service, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer");
    if (from !== undefined && !isSame(from, to)) await this.free(from, owner);
    const finalizers = service.metadata.finalizers ?? [];
    // Finalizer and note come before the binding: after a crash in between, the deletion still releases.
    await this.o.kube.patch(ref, {
      metadata: {
        ...version(service),
        annotations: { [BOUND]: formatAddress(to) },
        ...(finalizers.includes(FINALIZER) ? {} : { finalizers: [...finalizers, FINALIZER] }),
      },
    });
    const ip = internalIp(to) ?? (await this.o.publicIps.bind({ ...to, owner })).ip;
    await this.o.kube.patchStatus(ref, { status: { loadBalancer: { ingress: [{ ip, ipMode: "VIP" }] } } });
    await this.events.record(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
  }

  private async release(service: KubeObject, from: Address | undefined): Promise<void> {
    const ref = refOf(service);
    if (from !== undefined) await this.free(from, this.owner(service));
    if (service.metadata.deletionTimestamp === undefined)
      await this.o.kube.patchStatus(ref, { status: { loadBalancer: { ingress: null } } });
    await this.o.kube.patch(ref, {
      metadata: {
        ...version(service),
        annotations: { [BOUND]: null },
        finalizers: (service.metadata.finalizers ?? []).filter((one) => one !== FINALIZER),
      },
    });
  }

  private async free(address: Address, owner: string): Promise<void> {
    if (internalIp(address) === undefined) await this.o.publicIps.release({ ...address, owner });
  }

  private async retryDue(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const now = Date.now();
      for (const [key, { at }] of this.retries) if (at <= now) this.reconcile(key);
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private owner(service: KubeObject): string {
    return `${this.o.region}/${keyOf(service)}`;
  }
}

/** Lists are replaced whole by a merge patch, so it must not meet another version than the one it was made of. */
function version(service: KubeObject) {
  const { resourceVersion } = service.metadata;
  return resourceVersion === undefined ? {} : { resourceVersion };
}

/** What decides about a Service: a new status alone is no reason for a new try. */
function signature({ metadata, spec }: KubeObject): string {
  return JSON.stringify([
    metadata.uid,
    metadata.annotations,
    metadata.finalizers,
    metadata.deletionTimestamp,
    spec,
  ]);
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}

function refOf({ metadata }: KubeObject) {
  return {
    apiVersion: "v1",
    kind: "Service",
    namespace: metadata.namespace ?? "default",
    name: metadata.name,
  };
}
