import { diffInputs } from "./diff";
import { Unimplemented } from "./provider";
import type { CheckRequest, CheckResult, DiffRequest, DiffResult, Failure, Provider } from "./provider";
import { containsUnknown, isMap, own, UNKNOWN } from "./values";
import type { Plain, PlainMap, ValueMap } from "./values";

/** One input of a logical resource. */
export interface InputField {
  readonly kind: "string" | "number" | "boolean" | "strings" | "map";
  /** @default false */
  readonly required?: boolean;
  /** What the official plugin puts in when it is absent. @default nothing */
  readonly default?: Plain;
  /** The only values there are. @default any */
  readonly allowed?: readonly (string | number)[];
  /** Least number allowed. @default any */
  readonly min?: number;
  /** Whether a change is made in place. @default false: it replaces the resource */
  readonly updatable?: boolean;
}

/** A resource that lives in state only: its outputs are made once, from its inputs. */
export interface LogicalResource {
  readonly inputs: Readonly<Record<string, InputField>>;
  /** Inputs that the official plugin has and this one does not serve, with the reason. @default none */
  readonly unserved?: Readonly<Record<string, string>>;
  /** Outputs that are no inputs: unknown in the preview of a creation. */
  readonly computed: readonly string[];
  /** Dotted paths that are secret. @default none */
  readonly secret?: readonly string[];
  /** Rules over several inputs; the values may be unknown. @default none */
  validate?(inputs: PlainMap): readonly Failure[];
  /** Makes the computed outputs; the inputs have their defaults. */
  create(inputs: PlainMap): Promise<{ readonly id: string; readonly computed: ValueMap }>;
  /** A computed output that is due to be made anew, by the clock. @default never */
  due?(inputs: PlainMap, outputs: PlainMap): string | undefined;
  /** What a refresh finds. @default the state as it is */
  refresh?(outputs: PlainMap): PlainMap;
}

/** A provider of logical resources, by type token. */
export function logicalProvider(
  identity: { readonly name: string; readonly version: string },
  resources: Readonly<Record<string, LogicalResource>>,
): Provider {
  const find = (type: string): LogicalResource => {
    const resource = own(resources, type);
    if (resource !== undefined) return resource;
    const served = Object.keys(resources).join(", ");
    throw new Unimplemented(`the stand-in plugin ${identity.name} does not serve ${type}, only ${served}`);
  };
  return {
    ...identity,
    check: (request) => attempt(() => check(find(request.type), request)),
    diff: (request) => attempt(() => diff(find(request.type), request)),
    async create({ type, inputs, preview }) {
      const resource = find(type);
      const complete = withDefaults(resource, inputs);
      if (preview) {
        const unknowns = resource.computed.map((name) => [name, UNKNOWN] as const);
        return { id: "", outputs: { ...complete, ...Object.fromEntries(unknowns) } };
      }
      const { id, computed } = await resource.create(complete);
      return { id, outputs: { ...complete, ...computed } };
    },
    read: ({ type, id, inputs, outputs }) =>
      attempt(() => {
        const resource = find(type);
        if (outputs === undefined || Object.keys(outputs).length === 0) {
          throw new Unimplemented(`the stand-in plugin ${identity.name} cannot import a ${type}`);
        }
        return { id, outputs: resource.refresh?.(outputs) ?? outputs, inputs: inputs ?? {} };
      }),
    update: ({ type, oldOutputs, news }) =>
      attempt(() => ({ outputs: { ...oldOutputs, ...withDefaults(find(type), news) } })),
    // Nothing is kept outside of state, so there is nothing to take away.
    delete: ({ type }) => attempt(() => void find(type)),
    secretOutputs: (type) => own(resources, type)?.secret ?? [],
  };
}

/** The result as a promise; what is thrown becomes its rejection. */
async function attempt<T>(work: () => T | Promise<T>): Promise<T> {
  return await work();
}

function check(resource: LogicalResource, { news, type }: CheckRequest): CheckResult {
  const inputs = present(news);
  const failures: Failure[] = [];
  for (const property of Object.keys(inputs)) {
    const unserved = own(resource.unserved ?? {}, property);
    if (unserved !== undefined) failures.push({ property, reason: unserved });
    else if (!Object.hasOwn(resource.inputs, property)) {
      const known = Object.keys(resource.inputs).join(", ");
      failures.push({ property, reason: `${type} has no such input; it has ${known}` });
    }
  }
  for (const [property, field] of Object.entries(resource.inputs)) {
    const reason = fault(field, own(inputs, property));
    if (reason !== undefined) failures.push({ property, reason });
  }
  // Rules over several inputs would only repeat the same fault in other words.
  if (failures.length === 0) {
    failures.push(...(resource.validate?.(withDefaults(resource, inputs)) ?? []));
  }
  return { inputs, failures };
}

function fault(field: InputField, value: Plain | undefined): string | undefined {
  if (value === undefined) return field.required === true ? "is required" : undefined;
  if (value === UNKNOWN) return undefined;
  const fits = {
    string: () => typeof value === "string",
    number: () => typeof value === "number",
    boolean: () => typeof value === "boolean",
    strings: () =>
      Array.isArray(value) && value.every((item) => typeof item === "string" || containsUnknown(item)),
    map: () => isMap(value),
  }[field.kind]();
  if (!fits) return `must be a ${field.kind === "strings" ? "list of strings" : field.kind}`;
  if (field.allowed !== undefined) {
    const items = Array.isArray(value) ? value : [value];
    const allowed: readonly Plain[] = field.allowed;
    if (items.some((item) => !containsUnknown(item) && !allowed.includes(item))) {
      return `must be of ${field.allowed.join(", ")}`;
    }
  }
  if (field.min !== undefined && typeof value === "number" && value < field.min) {
    return `must be at least ${field.min}`;
  }
  return undefined;
}

function diff(resource: LogicalResource, request: DiffRequest): DiffResult {
  const { oldInputs, oldOutputs, news } = request;
  const inputs = withDefaults(resource, news);
  const replacing = Object.entries(resource.inputs)
    .filter(([, field]) => field.updatable !== true)
    .map(([name]) => name);
  const result = diffInputs(withDefaults(resource, oldInputs), inputs, replacing);
  const due = resource.due?.(inputs, oldOutputs);
  if (due === undefined) return result;
  return {
    changed: true,
    replaces: [...result.replaces, due],
    detailed: { ...result.detailed, [due]: "update-replace" },
  };
}

/** Inputs with the official plugin's defaults, so that saying a default and not saying it are the same. */
function withDefaults(resource: LogicalResource, inputs: PlainMap): PlainMap {
  const defaults = Object.entries(resource.inputs).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...present(inputs) };
}

/** Without nulls, which say the same as nothing, and without the marks that an official plugin left in state. */
function present(inputs: PlainMap): PlainMap {
  return Object.fromEntries(
    Object.entries(inputs).filter(([name, value]) => value !== null && !name.startsWith("__")),
  );
}
