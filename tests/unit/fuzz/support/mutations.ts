import fc from "fast-check";

/** A JSON value as YAML gives it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The settings of a stack by short name, typed as YAML has them. */
export type Said = Readonly<Record<string, Json>>;

/** What a slip of the pen, a wrong type or an attack does to one part of a stack file. */
const KINDS = [
  "replace",
  "remove",
  "misspell",
  "surplus",
  "as text",
  "null",
  "wrap",
  "twice",
  "negative",
  "large",
  "fraction",
  "upper case",
] as const;

/** One change of one part; which one is drawn before it is known how many there are. */
export interface Mutation {
  readonly where: number;
  readonly kind: (typeof KINDS)[number];
  readonly value: Json;
}

export const words = fc.oneof(
  fc.constantFrom(
    "",
    "default",
    "global",
    "eastus",
    "EastUS",
    "10.10.0.0/16",
    "10.10.0.0/33",
    "0.0.0.0/0",
    "1.35",
  ),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "a.b",
    "a[0]",
    "ä",
    "\u0000",
    "null",
    "~",
    "{",
    "[]",
    "1e999",
  ),
  fc.string({ maxLength: 12 }),
);

export const anything: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(
      words,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(words, tie("node"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).node;

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  where: fc.nat(),
  kind: fc.constantFrom(...KINDS),
  value: anything,
});

interface Place {
  readonly holder: Record<string, Json> | Json[];
  readonly key: string;
}

/** A copy with one part changed. */
export function mutate(said: Said, { where, kind, value }: Mutation): Said {
  const copy = structuredClone(said) as Record<string, Json>;
  const all = places(copy);
  const place = all[where % Math.max(all.length, 1)];
  if (place === undefined) return copy;
  const { holder, key } = place;
  const old = get(place);
  switch (kind) {
    case "replace":
      set(place, value);
      break;
    case "remove":
      remove(place);
      break;
    case "misspell":
      if (Array.isArray(holder)) set(place, `${JSON.stringify(old)}x`);
      else {
        remove(place);
        define(holder, key.length > 1 ? key.slice(0, -1) : `${key}x`, old);
      }
      break;
    case "surplus":
      if (Array.isArray(holder)) holder.push(value);
      else define(holder, `${key}s`, value);
      break;
    case "as text":
      set(place, typeof old === "string" ? old : JSON.stringify(old));
      break;
    case "null":
      set(place, null);
      break;
    case "wrap":
      set(place, [old]);
      break;
    case "twice":
      set(place, Array.isArray(old) ? [...old, ...old] : typeof old === "string" ? old + old : old);
      break;
    case "negative":
      set(place, typeof old === "number" ? -old : -1);
      break;
    case "large":
      set(place, typeof old === "number" ? old * 1000 : "x".repeat(300));
      break;
    case "fraction":
      set(place, typeof old === "number" ? old + 0.5 : 0.5);
      break;
    case "upper case":
      set(place, typeof old === "string" ? old.toUpperCase() : old);
      break;
  }
  return copy;
}

/** Every part, however deep. */
function places(holder: Record<string, Json> | Json[]): Place[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    { holder, key },
    ...(typeof value === "object" && value !== null ? places(value) : []),
  ]);
}

function get({ holder, key }: Place): Json {
  return (Array.isArray(holder) ? holder[Number(key)] : holder[key]) ?? null;
}

function set({ holder, key }: Place, value: Json): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else define(holder, key, value);
}

/** By definition and not by assignment, which would take `__proto__` for something else. */
function define(holder: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a JSON object of a test
  else delete holder[key];
}
