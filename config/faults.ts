import { closest, distance } from "fastest-levenshtein";

/** One thing that is wrong with the settings of a stack. */
export interface Fault {
  /** The setting's full name with its path, as in `global-mesh:regions.eastus.cidr`. */
  readonly setting: string;
  /** The value got; never a secret one. */
  readonly got: string;
  /** Which values are accepted. */
  readonly allowed: string;
  /** What to do. */
  readonly fix: string;
}

/** All faults in the settings of one stack. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";

  constructor(
    readonly stackName: string,
    readonly faults: readonly Fault[],
  ) {
    const count = faults.length === 1 ? "1 setting is wrong" : `${faults.length} settings are wrong`;
    super([`Stack "${stackName}": ${count}. Nothing was changed.`, ...faults.map(describe)].join("\n\n"));
  }
}

function describe(fault: Fault): string {
  return [
    fault.setting,
    `  got:     ${fault.got}`,
    `  allowed: ${fault.allowed}`,
    `  fix:     ${fault.fix}`,
  ].join("\n");
}

/** Path inside a setting. */
export type Path = readonly PropertyKey[];

/** A path as `pulumi config set --path` takes it: `regions.eastus.zones[0]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = String(part);
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

/** What stands in an error in place of a secret. */
export const HIDDEN = "[secret]";

const SHOWN_LENGTH = 120;

/** A value in the words of an error. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}

/** The name that was probably meant, where one is near enough to be worth naming. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lower = name.toLowerCase();
  const longer = known.filter((candidate) => lower.length > 3 && candidate.toLowerCase().startsWith(lower));
  if (longer.length === 1) return longer[0];
  const candidate = closest(lower, known);
  const far = Math.max(2, Math.floor(name.length / 3));
  return distance(lower, candidate.toLowerCase()) <= far ? candidate : undefined;
}

/** What to do about a name that nothing has: the near one where there is one. */
export function unknownNameFix(name: string, known: readonly string[], otherwise: string): string {
  const meant = nearest(name, known);
  return meant === undefined ? otherwise : `did you mean "${meant}"? If not, ${otherwise}`;
}
