import type { BuiltObject } from "../build";
import type { IstioObject } from "../model";
import { objectKey } from "../model";
import { sharesOffWhole, spreadAndFailover } from "./balancing";
import type { Fault } from "./fault";
import { at, isFields, items } from "./fields";
import { duplicates } from "./names";

/**
 * Faults of raw objects among all objects of the catalog. What builders make is checked where it is said;
 * these rules look at objects alone, whoever made them.
 */
export function checkRaw(raw: readonly IstioObject[], all: readonly IstioObject[]): readonly Fault[] {
  const keys = new Set(raw.map(objectKey));
  return [
    ...duplicates(all.map(objectKey))
      .filter((key) => keys.has(key))
      .map((key) => ({
        setting: "raw",
        value: key,
        allowed: "one object of a kind and name in a namespace",
        fix: "Rename the raw object, or take it out",
      })),
    ...undefinedSubsets(raw, all),
    ...raw.flatMap(refusedByIstiod),
  ];
}

/**
 * Faults of entries whose objects have one name, as the rule `b-deny-c` of a service `a` and the rule `c` of a service
 * `a-deny-b`: of the two policies only one would be there.
 */
export function checkNames(built: readonly BuiltObject[]): readonly Fault[] {
  const own = built.filter(({ entry }) => !entry.startsWith("raw."));
  const repeated = new Set(duplicates(own.map(({ object }) => objectKey(object))));
  return [...repeated].map((key) => ({
    setting: own
      .filter(({ object }) => objectKey(object) === key)
      .map(({ application, entry }) => `applications.${application}.${entry}`)
      .join(", "),
    value: key,
    allowed: "one object of a kind and name in a namespace",
    fix: "Rename one of the entries, or the rule that the object is named after",
  }));
}

/** What istiod's webhook refuses, after the region's other objects have been applied. */
function refusedByIstiod(object: IstioObject): readonly Fault[] {
  if (object.kind !== "DestinationRule") return [];
  return [...spreadAndFailover(object.spec), ...sharesOffWhole(object.spec)].map((finding) => ({
    ...finding,
    setting: `${objectKey(object)} ${finding.setting}`,
    fix: "Change the raw object: istiod refuses it as it is",
  }));
}

/** Subsets that the routes of some objects use and no DestinationRule defines: requests to them fail with 503. */
export function undefinedSubsets(
  users: readonly IstioObject[],
  definers: readonly IstioObject[],
): readonly Fault[] {
  const defined = new Set(
    definers.filter(({ kind }) => kind === "DestinationRule").flatMap(({ spec }) => definedSubsets(spec)),
  );
  return users
    .filter(({ kind }) => kind === "VirtualService")
    .flatMap((user) =>
      usedSubsets(user.spec)
        .filter((subset) => !defined.has(subset))
        .map((subset) => ({
          setting: objectKey(user),
          value: subset,
          allowed: `a subset that a DestinationRule defines: ${[...defined].toSorted().join(", ") || "none yet"}`,
          fix: "Define the subset or correct its name",
        })),
    );
}

/** Destinations with a subset, wherever in a VirtualService they stand, as `host subset`. */
export function usedSubsets(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(usedSubsets);
  if (!isFields(part)) return [];
  const { host, subset } = part;
  if (typeof host === "string" && typeof subset === "string") return [`${host} ${subset}`];
  return Object.values(part).flatMap(usedSubsets);
}

/** Subsets that a DestinationRule defines, as `host subset`. */
export function definedSubsets(spec: unknown): readonly string[] {
  const host = at(spec, "host");
  if (typeof host !== "string") return [];
  return items("", at(spec, "subsets")).map(({ value }) => `${host} ${String(value["name"])}`);
}
