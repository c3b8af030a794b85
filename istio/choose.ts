import type { RolloutPhases } from "../topology";
import { selectsAnything } from "./distribute";
import type { Application, Binding } from "./intent";
import type { Fault } from "./rules/fault";
import { CatalogError } from "./rules/fault";
import { checkRollouts } from "./rules/rollouts";

/** Applications and what binds them to clusters. */
export interface Catalog {
  readonly applications: readonly Application[];
  readonly bindings: readonly Binding[];
}

/**
 * The part of a catalog that a mesh runs.
 * @param names the setting `applications`.
 * @param rollouts phases of the canaries, of the whole catalog: an application that is not chosen keeps its own.
 * @throws CatalogError when a name is in no catalog, or when nothing binds what was chosen.
 */
export function chooseApplications(
  catalog: Catalog,
  names: readonly string[],
  rollouts: RolloutPhases = {},
): Catalog {
  const known = catalog.applications.map(({ name }) => name);
  const chosen = catalog.applications.filter(({ name }) => names.includes(name));
  const bound = new Set(
    chosen
      .filter((application) => catalog.bindings.some((binding) => selectsAnything(binding, application)))
      .map(({ name }) => name),
  );
  const faults = [
    ...unknown("applications", names, known),
    ...catalog.bindings.flatMap((binding) =>
      unknown(`bindings.${binding.name}.applications`, binding.applications, known),
    ),
    ...names
      .filter((name) => known.includes(name) && !bound.has(name))
      .map((name) => ({
        setting: "applications",
        value: name,
        allowed: "applications that a binding gives to some clusters",
        fix: "Add a binding for it, or take it out of the setting",
      })),
    ...checkRollouts(catalog.applications, rollouts),
  ];
  if (faults.length > 0) throw new CatalogError(faults);
  return {
    applications: chosen,
    bindings: catalog.bindings
      .filter((binding) => concerns(binding, chosen, catalog.applications))
      .map((binding) => ({
        ...binding,
        applications: binding.applications.filter((name) => names.includes(name)),
      })),
  };
}

/** A binding of applications that the mesh does not run is none of its; one that selects nothing at all is named. */
function concerns(binding: Binding, chosen: readonly Application[], all: readonly Application[]): boolean {
  const selects = (application: Application): boolean => selectsAnything(binding, application);
  return chosen.some(selects) || !all.some(selects);
}

function unknown(setting: string, names: readonly string[], known: readonly string[]): readonly Fault[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      setting,
      value: name,
      allowed: `an application of the catalog: ${known.join(", ")}`,
      fix: "Correct the name, or add a folder of that name to catalog/",
    }));
}
