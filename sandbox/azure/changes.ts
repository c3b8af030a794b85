import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterCare } from "./clusters";
import type { Faults } from "./faults";
import { isWithin } from "./ids";
import type { ArmResource, ArmType } from "./model";
import { OperationEnd, type Operation, type Operations } from "./operations";
import { CLUSTER } from "./rules/agent-pool";
import type { StateFile } from "./state";
import { armType } from "./types";
import type { StoredWorld } from "./world";

/** What changes work on. */
export interface ChangesOptions {
  readonly world: StoredWorld;
  readonly file: StateFile;
  readonly clusters: ClusterCare;
  readonly operations: Operations;
  readonly faults: Faults;
  /** How long an operation takes that starts no cluster. */
  readonly paceMs: number;
}

/** What goes on after a write was accepted. */
export class Changes {
  constructor(private readonly o: ChangesOptions) {}

  startPut(resource: ArmResource, type: ArmType): Operation {
    const { world, clusters, operations } = this.o;
    const work = async () => {
      await this.work("PUT", resource);
      if (type.type === CLUSTER) await clusters.boot(resource);
      // What stands now: rules of other resources may have written to it since.
      const current = world.get(resource.id) ?? resource;
      const done = { ...current, properties: { ...current.properties, provisioningState: "Succeeded" } };
      world.put(done);
      type.behaviour.settled?.(world, done);
      this.o.file.save();
    };
    return operations.start(resource.id, "put", work, () => {
      this.setState(resource.id, "Failed");
    });
  }

  startDelete(resource: ArmResource): Operation {
    const { world, clusters, operations } = this.o;
    const work = async () => {
      await this.work("DELETE", resource);
      for (const cluster of world.all(CLUSTER)) {
        if (isWithin(cluster.id, resource.id)) await clusters.remove(cluster);
      }
      this.finishDelete(resource);
    };
    return operations.start(resource.id, "delete", work, () => {
      this.setState(resource.id, "Failed");
    });
  }

  setState(id: string, provisioningState: string): void {
    const { world, file } = this.o;
    const resource = world.get(id);
    if (resource) world.put({ ...resource, properties: { ...resource.properties, provisioningState } });
    file.save();
  }

  finishDelete(resource: ArmResource): void {
    const { world, file } = this.o;
    const gone = world.all().filter((one) => isWithin(one.id, resource.id));
    world.drop(resource.id);
    for (const one of gone) armType(one.type)?.behaviour.removed?.(world, one);
    file.save();
  }

  /** The time that an operation takes, and the faults that were asked for it. */
  private async work(method: string, resource: ArmResource): Promise<void> {
    const { faults, paceMs } = this.o;
    const target = { method, type: resource.type, name: resource.name };
    const delay = faults.take(target, ["delay"]);
    await sleep(paceMs + (delay?.kind === "delay" ? delay.delayMs : 0));
    const end = faults.take(target, ["operation"]);
    if (end?.kind === "operation")
      throw new OperationEnd(
        end.status,
        end.code ?? (end.status === "Canceled" ? "OperationCanceled" : "InternalServerError"),
        end.message ?? `The operation on '${resource.name}' ended as ${end.status} (asked for by a fault).`,
      );
  }
}
