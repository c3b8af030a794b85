/** IPv4 ranges, as far as networks need them. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly bits: number;
}

/** Reads `a.b.c.d/n`; undefined when it is none, or has host bits set. */
export function parseCidr(cidr: string): Range | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr);
  const first = parseIp(match?.[1] ?? "");
  const bits = Number(match?.[2]);
  if (first === undefined || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { first, last: first + size - 1, bits } : undefined;
}

/** Reads an address as a number. */
export function parseIp(ip: string): number | undefined {
  const bytes = ip.split(".").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

export const overlaps = (a: Range, b: Range): boolean => a.first <= b.last && b.first <= a.last;
export const contains = (outer: Range, inner: Range): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;

/** The members of `some` that overlap any of `others`. */
export function overlapping(some: readonly string[], others: readonly string[]): string[] {
  const ranges = others.map(parseCidr).filter((range) => range !== undefined);
  return some.filter((cidr) => {
    const range = parseCidr(cidr);
    return range !== undefined && ranges.some((other) => overlaps(range, other));
  });
}
