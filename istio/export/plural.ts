/** Kinds whose plural does not follow from English spelling as Kubernetes' own tools apply it. */
const IRREGULAR: Readonly<Record<string, string>> = { Endpoints: "endpoints" };

/** Lower-case plural of a kind, by which the API serves it. */
export function pluralOf(kind: string): string {
  const irregular = IRREGULAR[kind];
  if (irregular !== undefined) return irregular;
  const name = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(name)) return `${name}es`;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}
