import { randomUUID } from "node:crypto";
import { Changes } from "./changes";
import { ClusterCare } from "./clusters";
import { adminCredentials, mustServe, userCredentials } from "./credentials";
import { draft, refuseFixedChanges } from "./draft";
import { ArmError, badRequest, conflict } from "./errors";
import { Faults } from "./faults";
import { GROUP_TYPE, isWithin, parseId, sameId } from "./ids";
import { existing, mergePatch, parse, requireParents, typeOf } from "./lookup";
import { obj, str, type ArmResource, type ClusterHost } from "./model";
import { Operations, type Operation } from "./operations";
import { CLUSTER } from "./rules/agent-pool";
import type { JsonObject } from "./shapes";
import { StateFile } from "./state";
import { armType } from "./types";
import { StoredWorld, type WorldOptions } from "./world";

/** What the ARM stand-in is made from. */
export interface ArmOptions extends WorldOptions {
  readonly host: ClusterHost;
  /** Where its state rests. @default in memory only */
  readonly stateFile?: string;
  /** How long an operation takes that starts no cluster. @default 40 */
  readonly paceMs?: number;
  /** Receives one line per step. @default nothing */
  readonly log?: (line: string) => void;
}

/** What a write leads to. */
export interface Written {
  readonly resource: ArmResource;
  readonly created: boolean;
  /** Only for types whose writes go on after the answer. */
  readonly operation?: Operation;
}

/** The ARM stand-in without its HTTP: resources, their rules, operations and faults. */
export class Arm {
  readonly faults = new Faults();
  readonly operations = new Operations();
  readonly world: StoredWorld;
  readonly clusters: ClusterCare;
  private readonly file: StateFile;
  private readonly changes: Changes;

  constructor(options: ArmOptions) {
    this.file = new StateFile(options.stateFile, {
      version: 1,
      tenantId: randomUUID(),
      operatorObjectId: randomUUID(),
      operatorClientId: randomUUID(),
      resources: {},
      addressesGiven: {},
      slots: {},
      deletedClusters: [],
      takenLabels: [],
    });
    this.world = new StoredWorld(this.file, options);
    this.clusters = new ClusterCare(this.world, this.file, options.host, options.log ?? (() => undefined));
    const { file, world, clusters, operations, faults } = this;
    this.changes = new Changes({ file, world, clusters, operations, faults, paceMs: options.paceMs ?? 40 });
    this.save();
  }

  /** Takes up again what a stopped stand-in left: clusters that stood, writes and deletions under way. */
  async resume(): Promise<void> {
    await this.clusters.bootAll();
    for (const resource of this.world.all()) {
      const state = str(resource.properties["provisioningState"]);
      if (state === "Creating" || state === "Updating")
        this.changes.startPut(resource, typeOf(this.world, resource.id));
      if (state === "Deleting") this.changes.startDelete(resource);
    }
  }

  get(id: string): ArmResource {
    return this.view(existing(this.world, id));
  }

  /** Every resource of a collection: `…/providers/Namespace/type`, `…/resourceGroups`, `…/resources`. */
  list(collection: string): ArmResource[] {
    const path = collection.replace(/\/+$/, "");
    const everything = /^(.*)\/resources$/i.exec(path)?.[1];
    if (everything !== undefined) {
      const inner = this.world.all().filter((one) => one.type !== GROUP_TYPE && isWithin(one.id, everything));
      return inner.map((one) => this.view(one));
    }
    const probe = parse(this.world, `${path}/x`);
    const { type } = typeOf(this.world, `${path}/x`);
    const scope = path.replace(/\/(?:providers\/[^/]+\/[^/]+|resourceGroups)$/i, "");
    const nested = type.split("/").length > 2;
    return this.world
      .all(type)
      .filter((one) =>
        nested ? sameId(parseId(one.id)?.parent ?? "", probe.parent ?? "") : isWithin(one.id, scope),
      )
      .map((one) => this.view(one));
  }

  put(id: string, body: unknown): Written {
    const parsed = parse(this.world, id);
    const type = typeOf(this.world, id);
    const previous = this.world.get(id);
    const next = draft(type, previous?.id ?? parsed.id, previous?.name ?? parsed.name, body);
    requireParents(this.world, parsed, type);
    this.operations.refuseCrossing(id, type.type);
    if (previous?.properties["provisioningState"] === "Deleting")
      throw conflict(
        "ResourceBeingDeleted",
        `The resource '${previous.name}' is being deleted. Try again when it is gone.`,
      );
    const shown = previous && this.view(previous);
    if (shown) refuseFixedChanges(type, shown, next);
    type.behaviour.admit?.(this.world, next, shown);
    type.behaviour.complete?.(this.world, next, shown);
    if (type.type.startsWith("Microsoft.Network/")) next.etag = `W/"${this.world.uuid()}"`;
    const created = previous === undefined;
    next.properties["provisioningState"] = !type.longRunning
      ? "Succeeded"
      : created
        ? "Creating"
        : "Updating";
    this.world.put(next);
    if (!type.longRunning) {
      if (type.properties["provisioningState"] === undefined) delete next.properties["provisioningState"];
      type.behaviour.settled?.(this.world, next);
      this.save();
      return { resource: this.view(next), created };
    }
    this.save();
    const operation = this.changes.startPut(next, type);
    return { resource: this.view(next), created, operation };
  }

  /** PATCH as ARM has it for every type: tags, and nothing else. */
  patch(id: string, body: unknown): ArmResource {
    const resource = existing(this.world, id);
    const keys = Object.keys(obj(body as JsonObject));
    if (keys.some((key) => key !== "tags"))
      throw badRequest(
        "InvalidRequestContent",
        `PATCH of ${resource.type} takes tags only, not ${keys.join(", ")}.`,
      );
    const next = { ...resource, tags: obj((body as JsonObject)["tags"]) };
    this.world.put(next);
    this.save();
    return this.view(next);
  }

  /** Undefined when there was nothing to delete. */
  delete(id: string): { operation?: Operation } | undefined {
    typeOf(this.world, id);
    const resource = this.world.get(id);
    if (!resource) return undefined;
    this.operations.refuseCrossing(resource.id, resource.type);
    const gone = this.world.all().filter((one) => isWithin(one.id, resource.id));
    if (resource.managedBy !== undefined && this.world.get(resource.managedBy))
      throw new ArmError(
        403,
        "DenyAssignmentAuthorizationFailed",
        `Resource group '${resource.name}' belongs to ${resource.managedBy}: it goes when that is deleted.`,
      );
    const goes = (one: string) => isWithin(one, resource.id);
    for (const one of gone) armType(one.type)?.behaviour.admitDelete?.(this.world, one, goes);
    if (!typeOf(this.world, id).longRunning && resource.type !== GROUP_TYPE) {
      this.changes.finishDelete(resource);
      return {};
    }
    this.changes.setState(resource.id, "Deleting");
    return { operation: this.changes.startDelete(resource) };
  }

  /** POST actions. */
  action(id: string, name: string): JsonObject {
    const resource = existing(this.world, id);
    if (resource.type === CLUSTER) {
      mustServe(resource);
      const access = this.clusters.access(resource.id);
      if (/^listClusterUserCredential$/i.test(name))
        return userCredentials(resource, access, this.world.tenantId);
      if (/^listClusterAdminCredential$/i.test(name)) return adminCredentials(resource, access);
    }
    throw badRequest("InvalidAction", `The stand-in knows no action '${name}' of ${resource.type}.`);
  }

  /** Changes a resource behind everybody's back, as somebody in the portal would: a JSON merge patch, no rules asked. */
  drift(id: string, patch: JsonObject): ArmResource {
    const next = mergePatch(
      existing(this.world, id) as unknown as JsonObject,
      patch,
    ) as unknown as ArmResource;
    this.world.put(next);
    this.save();
    return this.view(next);
  }

  /** Says that another tenant holds a DNS label. */
  takeLabel(label: string, location: string, taken = true): void {
    const { state } = this.file;
    const entry = `${label}.${location}`;
    state.takenLabels = [...state.takenLabels.filter((one) => one !== entry), ...(taken ? [entry] : [])];
    this.save();
  }

  report(): JsonObject {
    return {
      resources: this.world.all().map((one) => one.id),
      failed: this.world
        .all()
        .filter((one) => one.properties["provisioningState"] === "Failed")
        .map((one) => one.id),
      deletedClusters: this.file.state.deletedClusters.map((one) => ({ ...one })),
      faults: this.faults.report(),
    };
  }

  save(): void {
    this.file.save();
  }

  private view(resource: ArmResource): ArmResource {
    return armType(resource.type)?.behaviour.view?.(this.world, resource) ?? resource;
  }
}
