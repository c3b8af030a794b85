import type { PlainMap, ValueMap } from "./values";

/** One thing that is wrong with an input. The reason names no value: the engine prints it as it is. */
export interface Failure {
  /** Path of the property, e.g. `spec.rules[0].host`; empty when it is about the whole resource. */
  readonly property: string;
  readonly reason: string;
}

/** What happens to one property in an update. */
export type DiffKind = "add" | "delete" | "update" | "add-replace" | "delete-replace" | "update-replace";

export interface CheckRequest {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The old inputs; absent at the first creation. */
  readonly olds?: PlainMap;
  readonly news: PlainMap;
  /** For names that must be the same in the preview and the update that follows it. */
  readonly randomSeed: Buffer;
}

export interface CheckResult {
  /** The inputs to keep: `news` with defaults. */
  readonly inputs: ValueMap;
  readonly failures: readonly Failure[];
}

export interface DiffRequest {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  readonly oldInputs: PlainMap;
  readonly oldOutputs: PlainMap;
  readonly news: PlainMap;
  readonly ignoreChanges: readonly string[];
}

export interface DiffResult {
  readonly changed: boolean;
  /** Properties that force a replacement. */
  readonly replaces: readonly string[];
  /** @default false: the new resource is made first */
  readonly deleteBeforeReplace?: boolean;
  /** Paths and what happens to each; shown by the preview. @default the engine compares the inputs itself */
  readonly detailed?: Readonly<Record<string, DiffKind>>;
}

export interface CreateRequest {
  readonly urn: string;
  readonly type: string;
  readonly inputs: PlainMap;
  /** Nothing may be changed; outputs that only a real creation knows are `UNKNOWN`. */
  readonly preview: boolean;
  /** The user's own limit; 0 when there is none. */
  readonly timeoutSeconds: number;
  /** Aborted when the user interrupts the engine or the engine is gone. */
  readonly signal: AbortSignal;
}

export interface CreateResult {
  /** In a preview it may be `""`. */
  readonly id: string;
  readonly outputs: ValueMap;
}

export interface ReadRequest {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  /** Absent at an import. */
  readonly inputs?: PlainMap;
  /** Absent at an import. */
  readonly outputs?: PlainMap;
}

export interface ReadResult {
  readonly id: string;
  readonly outputs: ValueMap;
  readonly inputs: ValueMap;
}

export interface UpdateRequest {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  readonly oldInputs: PlainMap;
  readonly oldOutputs: PlainMap;
  readonly news: PlainMap;
  readonly preview: boolean;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

export interface UpdateResult {
  readonly outputs: ValueMap;
}

export interface DeleteRequest {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  readonly oldInputs: PlainMap;
  readonly outputs: PlainMap;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

export interface InvokeResult {
  /** Parts that must stay secret are wrapped in `Secret`. */
  readonly value?: ValueMap;
  readonly failures?: readonly Failure[];
}

/**
 * A stand-in plugin. Handlers see plain values: secrets unwrapped, unknowns as `UNKNOWN`. What they return is
 * marked secret again wherever the inputs were, and wherever {@link Provider.secretOutputs} says.
 */
export interface Provider {
  /** The package's name, e.g. `random`. */
  readonly name: string;
  /** The version of the npm package that the program uses. */
  readonly version: string;
  /**
   * Here the engine hands over secrets in plain without a mark: a reason must quote no value.
   * @default the configuration is accepted as it is
   */
  checkConfig?(request: CheckRequest): Promise<CheckResult>;
  /** @default changed properties are shown, none replaces the provider; `version` counts for nothing */
  diffConfig?(request: DiffRequest): Promise<DiffResult>;
  /** Called before any resource, unless the configuration is still unknown in a preview. No `version` in it. */
  configure?(config: PlainMap): Promise<void>;
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<CreateResult>;
  /** `undefined` means that the resource is gone. */
  read(request: ReadRequest): Promise<ReadResult | undefined>;
  update(request: UpdateRequest): Promise<UpdateResult>;
  delete(request: DeleteRequest): Promise<void>;
  /** @default refused by its token */
  invoke?(token: string, args: PlainMap): Promise<InvokeResult>;
  /**
   * Dotted paths, with `*` for any member, that are secret for this type whatever the inputs were. They mark
   * outputs, and inputs of the same name as well, for state keeps both. For an invoke the type is its token.
   * @default none
   */
  secretOutputs?(type: string, inputs: PlainMap): readonly string[];
}

/**
 * A creation, update or read that failed although the object is there: the engine keeps id and outputs in state
 * and the resource is updated at the next opportunity.
 */
export class PartialFailure extends Error {
  /**
   * @param id what to find the object by
   * @param outputs what is known of it
   * @param reasons why it is not ready, one sentence each
   * @param inputs of a failed read: the live inputs
   */
  constructor(
    readonly id: string,
    readonly outputs: ValueMap,
    readonly reasons: readonly string[],
    readonly inputs?: ValueMap,
  ) {
    super(reasons.join("; "));
    this.name = "PartialFailure";
  }
}

/** A call that this stand-in does not serve. */
export class Unimplemented extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Unimplemented";
  }
}
