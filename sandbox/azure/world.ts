import { randomUUID } from "node:crypto";
import { isWithin, keyOf } from "./ids";
import type { ArmResource, World } from "./model";
import type { StateFile } from "./state";

/** How many addresses a region has to give out. */
const ADDRESSES = 254;

/** What the stand-in needs to know about its surroundings. */
export interface WorldOptions {
  readonly subscriptionId: string;
  /** The n-th public address (from 1) of the region in a slot. */
  readonly publicIp: (slot: number, n: number) => string;
  /** Slots that are settled from outside, as they are now: a region may come or go at any time. @default none */
  readonly slots?: () => Readonly<Record<string, number>>;
}

/** The resources as the rules of the types see them. */
export class StoredWorld implements World {
  constructor(
    private readonly file: StateFile,
    private readonly options: WorldOptions,
  ) {}

  get subscriptionId(): string {
    return this.options.subscriptionId;
  }
  get tenantId(): string {
    return this.file.state.tenantId;
  }
  get operator(): World["operator"] {
    return { objectId: this.file.state.operatorObjectId, clientId: this.file.state.operatorClientId };
  }

  get(id: string): ArmResource | undefined {
    const key = keyOf(id);
    return Object.hasOwn(this.file.state.resources, key) ? this.file.state.resources[key] : undefined;
  }
  all(type?: string): ArmResource[] {
    const resources = Object.values(this.file.state.resources);
    return type === undefined
      ? resources
      : resources.filter((one) => one.type.toLowerCase() === type.toLowerCase());
  }
  put(resource: ArmResource): void {
    this.file.state.resources[keyOf(resource.id)] = resource;
  }
  drop(id: string): void {
    const { state } = this.file;
    state.resources = Object.fromEntries(
      Object.entries(state.resources).filter(([key]) => !isWithin(key, id)),
    );
  }
  uuid(): string {
    return randomUUID();
  }
  now(): string {
    return new Date().toISOString();
  }

  allocateIp(location: string): string {
    const { state } = this.file;
    const slot = this.slot(location);
    const used = new Set(this.all().map((one) => one.properties["ipAddress"]));
    for (let step = 0; step < ADDRESSES; step += 1) {
      const given = (state.addressesGiven[location] ?? 0) + 1;
      state.addressesGiven[location] = given;
      const ip = this.options.publicIp(slot, ((given - 1) % ADDRESSES) + 1);
      if (!used.has(ip)) return ip;
    }
    throw new Error(`All ${ADDRESSES} public addresses of ${location} are in use.`);
  }

  labelTakenElsewhere(label: string, location: string): boolean {
    return this.file.state.takenLabels.includes(`${label}.${location}`);
  }

  /** Slot of a location, or of a further cluster in one; the first free one at first use, kept ever after. */
  slot(key: string): number {
    const settled = this.options.slots?.() ?? {};
    const known = settled[key] ?? this.file.state.slots[key];
    if (known !== undefined) return known;
    const used = new Set([...Object.values(settled), ...Object.values(this.file.state.slots)]);
    let free = 0;
    while (used.has(free)) free += 1;
    this.file.state.slots[key] = free;
    return free;
  }
}
