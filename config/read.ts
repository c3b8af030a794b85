import { decode, type Decoded } from "./decode";
import { type Fault, HIDDEN, unknownNameFix } from "./faults";
import { faultsOf } from "./issues";
import { regionSchema, type RegionStackSettings, sharedSchema, type SharedSettings } from "./schema";
import { docAt } from "./walk";

/** What the engine delivers to a program. */
export interface RawSettings {
  /** Every setting as text, under its full name. */
  readonly values: Readonly<Record<string, string>>;
  /** Full names of the settings that are stored as secrets. */
  readonly secretKeys: readonly string[];
  /** Name of the project, which is the namespace of its settings. */
  readonly project: string;
}

/** Settings after each has been looked at by itself. */
export interface ReadSettings {
  readonly shared: Partial<SharedSettings>;
  readonly own: Partial<RegionStackSettings>;
  /** Values before the schema saw them, for checks that go on where one part is wrong. */
  readonly decoded: Readonly<Record<string, unknown>>;
  readonly faults: readonly Fault[];
}

const schemas = { ...sharedSchema.shape, ...regionSchema.shape };
const known = Object.keys(schemas);
const SECRET_SETTINGS: readonly string[] = ["kubeconfig"];

/** Looks at each setting by itself, so that the fault of one does not hide another's. */
export function readSettings(raw: RawSettings): ReadSettings {
  const faults: Fault[] = [...unknownSettings(raw), ...wrongSecrets(raw)];
  const decoded: Record<string, unknown> = {};
  const shared: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(schemas)) {
    const setting = `${raw.project}:${key}`;
    // One that may not be secret is not even read: other settings' errors would quote what stands in it.
    if (raw.secretKeys.includes(setting) && !SECRET_SETTINGS.includes(key)) continue;
    const text = Object.hasOwn(raw.values, setting) ? raw.values[setting] : undefined;
    const { value, fault }: Decoded = text === undefined ? { value: undefined } : decode(schema, text);
    if (fault !== undefined) {
      faults.push({
        setting,
        got: fault.reason,
        allowed: docAt(schema, [])?.allowed ?? "JSON",
        fix: fault.fix,
      });
    }
    // A text that cannot be read has been reported; it is not missing as well.
    if (fault !== undefined && value === undefined) continue;
    if (value !== undefined) decoded[key] = value;
    const result = schema.safeParse(value);
    if (result.success) {
      const accepted = Object.hasOwn(sharedSchema.shape, key) ? shared : own;
      if (result.data !== undefined) accepted[key] = result.data;
    } else {
      faults.push(...faultsOf({ setting, schema, value }, result.error.issues));
    }
  }
  return { shared, own, decoded, faults };
}

function unknownSettings(raw: RawSettings): readonly Fault[] {
  const prefix = `${raw.project}:`;
  return Object.keys(raw.values)
    .filter((name) => name.startsWith(prefix) && !known.includes(name.slice(prefix.length)))
    .toSorted()
    .map((name) => ({
      setting: name,
      // The value is not shown: what was meant by an unknown name may be a secret.
      got: "a name that no setting has",
      allowed: "the settings of docs/settings.md",
      fix: unknownNameFix(name.slice(prefix.length), known, `remove it: pulumi config rm ${name}`),
    }));
}

/**
 * A setting stored as a secret is plain text to the program, so whatever is made from it would stand in the
 * state in plain text. Only what is handed on as a secret may be one.
 */
function wrongSecrets(raw: RawSettings): readonly Fault[] {
  return raw.secretKeys
    .filter((name) => name.startsWith(`${raw.project}:`))
    .filter((name) => known.includes(name.slice(raw.project.length + 1)))
    .filter((name) => !SECRET_SETTINGS.includes(name.slice(raw.project.length + 1)))
    .toSorted()
    .map((name) => ({
      setting: name,
      got: HIDDEN,
      allowed: "a plain value: what is made from this setting stands in plain text in the state",
      fix: `set it again with --plaintext; give a secret to pods by a Kubernetes Secret, not by settings`,
    }));
}
