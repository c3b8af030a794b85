/** Kubernetes versions that AKS stands for here. A minor is an alias of its newest patch. */
const PATCHES: Readonly<Record<string, readonly string[]>> = {
  "1.33": ["1.33.8", "1.33.9"],
  "1.34": ["1.34.5", "1.34.6"],
  "1.35": ["1.35.3", "1.35.4"],
};

/** The version that a cluster gets for what was asked; undefined when AKS does not offer it. */
export function resolveVersion(asked: string): string | undefined {
  const minor = asked.split(".").slice(0, 2).join(".");
  const patches = PATCHES[minor];
  return asked === minor ? patches?.at(-1) : patches?.find((patch) => patch === asked);
}

export const DEFAULT_MINOR = "1.35";
export const offered = (): string[] =>
  Object.entries(PATCHES).flatMap(([minor, patches]) => [minor, ...patches]);

/** Minor as a number, to compare. */
export const minorOf = (version: string): number => Number(version.split(".")[1] ?? 0);
