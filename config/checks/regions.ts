import { GLOBAL_STACK } from "../../topology";
import { type Fault, show, unknownNameFix } from "../faults";
import { REGION_NAME_LENGTH } from "../sections/names";
import { textsOf, valueAt } from "../walk";
import type { CheckContext } from "./context";

const NAME_FIX = "az account list-locations --query '[].name' prints Azure's own names";

/** Names in the regions table, and the settings that name regions. */
export function checkRegions(context: CheckContext): readonly Fault[] {
  if (context.table === undefined) return [];
  const names = Object.keys(context.table);
  if (names.length === 0) {
    return [
      {
        setting: context.name("regions"),
        got: "{}",
        allowed: "at least one region",
        fix: "add one: regions: {eastus: {cidr: 10.10.0.0/16}}",
      },
    ];
  }
  return [
    ...names.flatMap((name) => checkName(context, name)),
    ...checkRepeats(context, names),
    ...names.flatMap((name) => checkZones(context, name)),
    ...checkPrimary(context, names),
    ...checkLeaving(context, names),
  ];
}

function checkName(context: CheckContext, name: string): readonly Fault[] {
  const fault = (allowed: string, fix: string): readonly Fault[] => [
    { setting: context.name("regions", name), got: show(name), allowed, fix },
  ];
  if (name === GLOBAL_STACK) {
    return fault(
      `any name but ${GLOBAL_STACK}, which is the stack of what belongs to no region`,
      "rename the region",
    );
  }
  if (name !== name.toLowerCase()) {
    // Azure's portal shows "North Europe" for northeurope.
    const azure = name.toLowerCase().replaceAll(" ", "");
    return fault("lower-case letters, digits and single hyphens", `write ${show(azure)}`);
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    return fault(
      "lower-case letters, digits and single hyphens between them, beginning with a letter",
      NAME_FIX,
    );
  }
  if (name.length > REGION_NAME_LENGTH) {
    return fault(
      `at most ${REGION_NAME_LENGTH} characters: AKS takes 54 for a cluster's DNS prefix, and ours is <region>-cluster`,
      "shorten the name",
    );
  }
  return [];
}

function checkRepeats(context: CheckContext, names: readonly string[]): readonly Fault[] {
  return names.flatMap((name, index) => {
    const first = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (first === index) return [];
    return [
      {
        setting: context.name("regions", name),
        got: `${show(name)} beside ${show(names[first])}`,
        allowed: "each region once; Azure does not tell upper from lower case",
        fix: "remove one of the two",
      },
    ];
  });
}

function checkZones(context: CheckContext, name: string): readonly Fault[] {
  const zones = valueAt(context.table, [name, "zones"]);
  if (!Array.isArray(zones)) return [];
  // 1 and "1" are one zone; anything that is no scalar is the schema's to refuse.
  const said = zones.map((zone: unknown) => (typeof zone === "number" ? String(zone) : zone));
  return said.flatMap((zone, index) => {
    if (typeof zone !== "string" || said.indexOf(zone) === index) return [];
    const setting = context.name("regions", name, "zones", index);
    return [{ setting, got: show(zone), allowed: "each zone once", fix: "remove the repeated number" }];
  });
}

function checkPrimary(context: CheckContext, names: readonly string[]): readonly Fault[] {
  const { primary } = context.shared;
  if (primary === undefined || names.includes(primary)) return [];
  return [
    {
      setting: context.name("primary"),
      got: show(primary),
      allowed: `a region of the table: ${names.join(", ")}`,
      fix: unknownNameFix(primary, names, `add it to ${context.name("regions")}`),
    },
  ];
}

function checkLeaving(context: CheckContext, names: readonly string[]): readonly Fault[] {
  const said = textsOf(context.said["leaving"]);
  const leaving = said.map(([, region]) => region);
  const faults = said.flatMap(([index, region]): readonly Fault[] => {
    const setting = context.name("leaving", index);
    if (!names.includes(region)) {
      return [
        {
          setting,
          got: show(region),
          allowed: `a region of the table: ${names.join(", ")}`,
          fix: unknownNameFix(
            region,
            names,
            "remove it: a region that is not in the table has no links left",
          ),
        },
      ];
    }
    if (said.find(([, other]) => other === region)?.[0] !== index) {
      return [{ setting, got: show(region), allowed: "each region once", fix: "remove the repeated name" }];
    }
    return [];
  });
  if (names.every((name) => leaving.includes(name))) {
    faults.push({
      setting: context.name("leaving"),
      got: show(leaving),
      allowed: "at least one region stays",
      fix: "to take everything down, destroy the regions' stacks and then global; leaving is for some of them",
    });
  }
  return faults;
}
