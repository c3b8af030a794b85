/** Properties of a resource of any program. A value that is not known before the update is a symbol. */
export type Props = Readonly<Record<string, unknown>>;

/** What a rule found: one message per violation, none where all is right or cannot be known yet. */
export type Findings = readonly string[];

/** Whether a value is left to Azure's default. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Whether a value is not known before the update. */
export function isUnknown(value: unknown): value is symbol {
  return typeof value === "symbol";
}

/** The value at a path as `networkProfile.networkPolicy`; a symbol where the path leads through an unknown one. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => {
    if (isUnknown(inner)) return inner;
    return typeof inner === "object" && inner !== null ? (inner as Props)[key] : undefined;
  }, value);
}

/** The known entries of a list, with the place of each; none where it is absent or not known. */
export function entries(list: unknown): readonly (readonly [number, unknown])[] {
  if (!Array.isArray(list)) return [];
  return [...(list as unknown[]).entries()].filter(([, entry]) => !isUnknown(entry));
}

/** The known entries of a list that have properties, with the path of each. */
export function parts(
  list: unknown,
  path: string,
): readonly { readonly path: string; readonly props: Props }[] {
  return entries(list).flatMap(([index, entry]) =>
    typeof entry === "object" && entry !== null
      ? [{ path: `${path}[${index}].`, props: entry as Props }]
      : [],
  );
}

/** The known texts of a list. */
export function texts(list: unknown): readonly string[] {
  return entries(list).flatMap(([, entry]) => (typeof entry === "string" ? [entry] : []));
}

/** A value in a message. */
export function shown(value: unknown): string {
  return isAbsent(value) ? "not set" : JSON.stringify(value);
}

/**
 * Says that the value at the path must be one of the allowed; case does not matter, as ARM does not mind it.
 * @param absent what Azure's default means where nothing is said.
 */
export function oneOf(
  props: unknown,
  path: string,
  allowed: readonly (string | boolean)[],
  absent: "right" | "wrong",
): Findings {
  const value = at(props, path);
  if (isUnknown(value) || (isAbsent(value) && absent === "right")) return [];
  if (allowed.map(folded).includes(folded(value))) return [];
  return [`${path} is ${shown(value)}; allowed: ${allowed.map(String).join(", ")}.`];
}

/**
 * What Azure's default means where it is wrong for most clusters: AKS Automatic sets it right by itself and lets nobody
 * change it. Only for what https://learn.microsoft.com/azure/aks/intro-aks-automatic lists as preconfigured.
 */
export function unlessPreset(cluster: Props): "right" | "wrong" {
  const mode = at(cluster, "sku.name");
  return isUnknown(mode) || folded(mode) === "automatic" ? "right" : "wrong";
}

const folded = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value);
