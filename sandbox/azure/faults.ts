import type { JsonObject } from "./shapes";

/** Something that goes wrong on request. */
export interface FaultSpec {
  /** HTTP method, or POLL for looking at an operation under way; any when left out. */
  readonly method?: string;
  /** ARM type, without regard to case; any when left out. */
  readonly type?: string;
  /** Name of the resource; any when left out. */
  readonly name?: string;
  /** How many requests it hits. @default 1 */
  readonly times?: number;
  /** How many matching requests pass before it starts. @default 0 */
  readonly after?: number;
  readonly effect: FaultEffect;
}

export type FaultEffect =
  /** The request is answered with a status and does nothing, e.g. 429 or 500. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code?: string;
      readonly retryAfterMs?: number;
    }
  /** The request is accepted, and its operation ends like this. */
  | {
      readonly kind: "operation";
      readonly status: "Failed" | "Canceled";
      readonly code?: string;
      readonly message?: string;
    }
  /** The operation takes this much longer. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** The answer comes this much later. */
  | { readonly kind: "hang"; readonly hangMs: number }
  /** The connection ends without an answer, before or after the request was served. */
  | { readonly kind: "drop"; readonly when: "before" | "after" };

/** A request, as far as faults look at it. */
export interface FaultTarget {
  readonly method: string;
  readonly type: string;
  readonly name: string;
}

interface Armed {
  readonly id: number;
  readonly spec: FaultSpec;
  wait: number;
  left: number;
  hits: number;
}

/** The faults that were asked for, and which of them struck. */
export class Faults {
  private readonly armed: Armed[] = [];
  private counter = 0;

  add(spec: FaultSpec): number {
    this.counter += 1;
    this.armed.push({ id: this.counter, spec, wait: spec.after ?? 0, left: spec.times ?? 1, hits: 0 });
    return this.counter;
  }

  clear(): void {
    this.armed.length = 0;
  }

  /** The effect that strikes this request, if any; using it up. */
  take(target: FaultTarget, kinds: readonly FaultEffect["kind"][]): FaultEffect | undefined {
    for (const fault of this.armed) {
      if (fault.left <= 0 || !kinds.includes(fault.spec.effect.kind) || !matches(fault.spec, target))
        continue;
      if (fault.wait > 0) {
        fault.wait -= 1;
        continue;
      }
      fault.left -= 1;
      fault.hits += 1;
      return fault.spec.effect;
    }
    return undefined;
  }

  /** For the report: what was asked for and how often it struck. */
  report(): JsonObject[] {
    return this.armed.map(({ id, spec, left, hits }) => ({
      id,
      hits,
      left,
      ...(JSON.parse(JSON.stringify(spec)) as JsonObject),
    }));
  }
}

function matches(spec: FaultSpec, target: FaultTarget): boolean {
  const same = (wanted: string | undefined, got: string) =>
    wanted === undefined || wanted.toLowerCase() === got.toLowerCase();
  return same(spec.method, target.method) && same(spec.type, target.type) && same(spec.name, target.name);
}

/** Reads a fault from the admin API; a string says what is wrong with it. */
export function readFault(value: unknown): FaultSpec | string {
  const spec = value as Partial<FaultSpec> | null;
  const effect = spec?.effect as Partial<Record<string, unknown>> | undefined;
  if (typeof spec !== "object" || spec === null || typeof effect !== "object")
    return "a fault needs an effect";
  const unknown = Object.keys(spec).filter(
    (key) => !["method", "type", "name", "times", "after", "effect"].includes(key),
  );
  if (unknown.length > 0)
    return `a fault has no ${unknown.join(", ")}: it has method, type, name, times, after, effect`;
  switch (effect["kind"]) {
    case "status":
      return typeof effect["status"] === "number" && effect["status"] >= 400
        ? (spec as FaultSpec)
        : "effect.status must be 400 or more";
    case "operation":
      return effect["status"] === "Failed" || effect["status"] === "Canceled"
        ? (spec as FaultSpec)
        : "effect.status must be Failed or Canceled";
    case "delay":
      return typeof effect["delayMs"] === "number" ? (spec as FaultSpec) : "effect.delayMs must be a number";
    case "hang":
      return typeof effect["hangMs"] === "number" ? (spec as FaultSpec) : "effect.hangMs must be a number";
    case "drop":
      return effect["when"] === "before" || effect["when"] === "after"
        ? (spec as FaultSpec)
        : "effect.when must be before or after";
    default:
      return "effect.kind must be status, operation, delay, hang or drop";
  }
}
