import { isDeepStrictEqual } from "node:util";
import type { KubeClient } from "../../kube";
import { captureFilter } from "./capture";
import { MANAGER } from "./part";
import { withoutIstio } from "./pods";

/** Ports at which gateways listen until it is known what the mesh asks of them. */
const GATEWAY_PORTS = [80, 443, 8080, 8443, 15012, 15017, 15443, 31400] as const;

/** Keeps the one object by which all proxies take their connections on sockets. */
export class CaptureKeeper {
  private writing: Promise<void> = Promise.resolve();
  /** A write that has not begun yet: it takes with it whatever is asked until then. */
  private next: Promise<void> | undefined;
  private readonly ports = new Set<number>(GATEWAY_PORTS);

  constructor(private readonly kube: Pick<KubeClient, "get" | "apply">) {}

  /**
   * Done when the object is there: proxies must find it when they first ask istiod. It is looked for each time, since
   * who removes `istio-system` removes it too; and it is written once at a time, so that the newest ports stay.
   *
   * @param gatewayPorts ports of gateways' listeners that proxies must know besides those that they know already.
   */
  ensure(gatewayPorts: readonly number[] = []): Promise<void> {
    for (const port of gatewayPorts) this.ports.add(port);
    this.next ??= this.writing = this.writing
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.write();
      });
    return this.next;
  }

  private async write(): Promise<void> {
    const wanted = captureFilter([...this.ports]);
    const { apiVersion, kind, metadata } = wanted;
    // Read first: each apply is a question to istiod, who may be away while the object stands as it should.
    const found = await this.kube.get({ apiVersion, kind, ...metadata });
    if (isDeepStrictEqual(found?.["spec"], wanted["spec"])) return;
    await this.kube
      .apply(wanted, { fieldManager: MANAGER, force: true })
      .then(() => undefined)
      // A remote cluster need not know Istio's kinds: its proxies are told of the object in their primary.
      .catch(withoutIstio(undefined));
  }
}
