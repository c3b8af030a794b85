import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** One resource as the program registered it. */
export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Plain inputs; a secret is the text `[secret]`, an unknown one `[unknown]`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What the engine is told besides the inputs; only what was said. */
  readonly options: Readonly<Record<string, unknown>>;
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value as it may be shown: sorted, without what is secret. */
export function shown(value: unknown): unknown {
  if (value === UNKNOWN) return "[unknown]";
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  if ((value as Record<string, unknown>)[SIGNATURE] === SECRET) return "[secret]";
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, shown(inner)]),
  );
}

/** What a request to register a resource says. */
export function registration(request: RegisterResourceRequest): Registration {
  const type = request.getType();
  const parent = short(request.getParent());
  const timeouts = request.getCustomtimeouts()?.toObject();
  const trigger: unknown = request.getReplacementTrigger()?.toJavaScript();
  const options = {
    parent: parent === "" ? undefined : parent,
    provider: providerName(request.getProvider()),
    dependsOn: listed(request.getDependenciesList().map(short).toSorted()),
    protect: request.getProtect() ? true : undefined,
    propertyDependencies: propertyDependencies(request),
    ignoreChanges: listed(request.getIgnorechangesList()),
    replaceOnChanges: listed(request.getReplaceonchangesList()),
    deleteBeforeReplace: request.getDeletebeforereplace() ? true : undefined,
    replaceWith: listed(request.getReplaceWithList().map(short)),
    replacementTrigger: trigger,
    customTimeouts: timeouts !== undefined && timeouts.create !== "" ? timeouts : undefined,
  };
  return {
    urn: `${parent === "" ? "" : `${parent} > `}${type}::${request.getName()}`,
    type,
    name: request.getName(),
    inputs: shown(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
    options: shown(options) as Record<string, unknown>,
  };
}

/** Of providers only, whose replacement hangs on it; of all others the plain dependencies say enough. */
function propertyDependencies(request: RegisterResourceRequest): Record<string, string[]> | undefined {
  if (!request.getType().startsWith("pulumi:providers:")) return undefined;
  const entries: [string, string[]][] = [];
  request.getPropertydependenciesMap().forEach((value, key) => {
    const urns = value.getUrnsList().map(short).toSorted();
    if (urns.length > 0) entries.push([key, urns]);
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const listed = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

/** Type and name of a URN, without the types of its parents. */
export function short(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return urn === "" ? "" : `${types.split("$").at(-1) ?? ""}::${name}`;
}

function providerName(reference: string): string | undefined {
  return reference === "" ? undefined : short(reference.split("::").slice(0, 4).join("::"));
}

/** Sorts registrations, so that a dump has one form. */
export function byName(left: Registration, right: Registration): number {
  const [a, b] = [`${left.type}::${left.name}`, `${right.type}::${right.name}`];
  return a < b ? -1 : a > b ? 1 : 0;
}
