import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { SandboxHome } from "../../sandbox/home";
import type { ProjectStacks } from "./regions";

/** What the stored state of one stack says, without asking the engine. */
export interface StackState {
  /** Whether it holds any resource. */
  readonly stands: boolean;
  /** Whether an update of it came far enough to have outputs. */
  readonly hasOutputs: boolean;
}

interface Checkpoint {
  readonly checkpoint?: {
    readonly latest?: {
      readonly resources?: readonly { readonly type: string; readonly outputs?: object }[];
    } | null;
  };
}

/** The stacks of a sandbox's backend by name, whatever the project is called; destroyed ones too. */
export function stackStates(home: SandboxHome): ReadonlyMap<string, StackState> {
  const folder = path.join(home.backend, ".pulumi", "stacks");
  return new Map(
    entries(folder).flatMap((project) =>
      entries(path.join(folder, project))
        .filter((name) => name.endsWith(".json"))
        .map((name) => [name.slice(0, -".json".length), stackState(path.join(folder, project, name))]),
    ),
  );
}

function stackState(file: string): StackState {
  let resources;
  try {
    resources = (JSON.parse(readFileSync(file, "utf8")) as Checkpoint).checkpoint?.latest?.resources ?? [];
  } catch {
    // What cannot be read is never taken for gone.
    return { stands: true, hasOutputs: false };
  }
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return { stands: resources.length > 0, hasOutputs: Object.keys(stack?.outputs ?? {}).length > 0 };
}

/** What the ARM stand-in keeps, as far as it tells which regions have something in it. */
export interface ArmFacts {
  /** Ids of all resources by their location, each with what lies in its group or below it. */
  readonly resources: ReadonlyMap<string, readonly string[]>;
  /** Slots that the stand-in settled by itself. */
  readonly slots: Readonly<Record<string, number>>;
}

interface ArmState {
  readonly resources?: Readonly<Record<string, { readonly id: string; readonly location?: string }>>;
  readonly slots?: Readonly<Record<string, number>>;
}

/** What the ARM stand-in keeps; nothing where none was started yet. */
export function armFacts(home: SandboxHome): ArmFacts {
  const state = readIfThere(home.armState);
  const all = Object.values(state?.resources ?? {});
  const places = all.flatMap(({ id, location }) => (location === undefined ? [] : [{ id, location }]));
  const resources = new Map<string, string[]>();
  for (const { id } of all) {
    const place = places.find((one) => isWithin(id, one.id));
    if (place !== undefined) resources.set(place.location, [...(resources.get(place.location) ?? []), id]);
  }
  return { resources, slots: state?.slots ?? {} };
}

function isWithin(id: string, outer: string): boolean {
  return `${id}/`.toLowerCase().startsWith(`${outer}/`.toLowerCase());
}

function readIfThere(file: string): ArmState | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ArmState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Regions whose stack stands although the regions table has them no longer. */
export function strayRegions(home: SandboxHome, stacks: Pick<ProjectStacks, "global" | "regions">): string[] {
  return [...stackStates(home)]
    .flatMap(([name, { stands }]) => (stands ? [name] : []))
    .filter((name) => name !== stacks.global && !stacks.regions.includes(name))
    .toSorted();
}

/** Regions of which anything stands: resources in the state of their stack, or in the ARM stand-in. */
export function standingRegions(home: SandboxHome, global: string): string[] {
  const stacks = [...stackStates(home)].flatMap(([name, { stands }]) =>
    stands && name !== global ? [name] : [],
  );
  return [...new Set([...stacks, ...armFacts(home).resources.keys()])].toSorted();
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
