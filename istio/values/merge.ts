/** A value as YAML has it. In a layer, `null` takes the key of the layers below away. */
export type Value = null | boolean | number | string | readonly Value[] | Values;

/** Helm values of one chart, or a part of them. */
export interface Values {
  readonly [key: string]: Value;
}

/**
 * Lays values over each other, the later layer on top: objects merge key by key, everything else replaces,
 * `null` deletes. Keys stay in the order in which they first appeared; no layer is changed.
 */
export function mergeValues(...layers: readonly Values[]): Values {
  return layers.reduce(overlay, {});
}

function overlay(below: Values, above: Values): Values {
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(
    keys.flatMap((key): [string, Value][] => {
      if (!Object.hasOwn(above, key)) return [[key, below[key] ?? null]];
      const value = above[key] ?? null;
      if (value === null) return [];
      const base = Object.hasOwn(below, key) ? below[key] : undefined;
      return [[key, isValues(value) ? overlay(isValues(base) ? base : {}, value) : value]];
    }),
  );
}

/** Whether a value is an object, and so is merged rather than replaced. */
export function isValues(value: Value | undefined): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
