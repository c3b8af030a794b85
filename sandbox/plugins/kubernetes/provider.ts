import { version } from "@pulumi/kubernetes/package.json";
import type * as wire from "../wire";
import { checkConfig, diffConfig, readSettings } from "./config";
import { RELEASE } from "./kinds";
import { Objects, secretObjectOutputs } from "./objects";
import { explained } from "./reach";
import { Releases } from "./release/releases";
import { Session } from "./session";

interface Handlers {
  readonly objects: Objects;
  readonly releases: Releases;
}

/** The stand-in of the official kubernetes plugin. */
export class KubernetesProvider implements wire.Provider {
  readonly name = "kubernetes";
  readonly version = version;
  private handlers: Handlers | undefined;

  checkConfig(r: wire.CheckRequest): Promise<wire.CheckResult> {
    return Promise.resolve(checkConfig(r));
  }

  diffConfig(r: wire.DiffRequest): Promise<wire.DiffResult> {
    return Promise.resolve(diffConfig(r));
  }

  configure(config: wire.PlainMap): Promise<void> {
    const session = new Session(readSettings(config));
    this.handlers = { objects: new Objects(session), releases: new Releases(session) };
    return Promise.resolve();
  }

  check(r: wire.CheckRequest): Promise<wire.CheckResult> {
    return this.of(r.type).check(r);
  }

  async diff(r: wire.DiffRequest): Promise<wire.DiffResult> {
    return Promise.resolve(this.of(r.type).diff(r));
  }

  create(r: wire.CreateRequest): Promise<wire.CreateResult> {
    return explaining(this.of(r.type).create(r));
  }

  read(r: wire.ReadRequest): Promise<wire.ReadResult | undefined> {
    return explaining(this.of(r.type).read(r));
  }

  update(r: wire.UpdateRequest): Promise<wire.UpdateResult> {
    return explaining(this.of(r.type).update(r));
  }

  delete(r: wire.DeleteRequest): Promise<void> {
    return explaining(this.of(r.type).delete(r));
  }

  secretOutputs(type: string): readonly string[] {
    return type === RELEASE ? [] : secretObjectOutputs(type);
  }

  private of(type: string): Objects | Releases {
    if (this.handlers === undefined)
      throw new Error("the kubernetes provider has no kubeconfig yet, so nothing can be asked of a cluster.");
    return type === RELEASE ? this.handlers.releases : this.handlers.objects;
  }
}

async function explaining<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw explained(error);
  }
}
