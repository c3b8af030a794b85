/**
 * Paths at which two values differ, as `spec.http[0].route[1].weight`; the left one is what it should be. Fields that
 * are undefined count as left out.
 */
export function differences(wanted: unknown, found: unknown, path: string): readonly string[] {
  if (Array.isArray(wanted) && Array.isArray(found)) {
    const length = Math.max(wanted.length, found.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      differences(wanted[index], found[index], `${path}[${index}]`),
    );
  }
  if (isRecord(wanted) && isRecord(found)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].toSorted();
    return keys.flatMap((key) => differences(wanted[key], found[key], `${path}.${key}`));
  }
  return wanted === found ? [] : [path];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
