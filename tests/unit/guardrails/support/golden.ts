import { readFileSync } from "node:fs";
import path from "node:path";
import type { Subject } from "../../../../guardrails/rule";
import { UNKNOWN } from "../../../../guardrails/unknown";
import type { Registration } from "../../../support/registrations";

const FOLDER = path.resolve(__dirname, "..", "..", "..", "golden");

/** The default stacks, and one region before it has peers. */
export const STACKS = ["global", "eastus", "westeurope", "southeastasia", "eastus-alone"] as const;

/** Regions that run every application of the catalog. */
export const BUSY_STACKS = [
  "all-applications/eastus",
  "all-applications/westeurope",
  "all-applications/southeastasia",
] as const;

/** What a stack registers, as rules see it. */
export function goldenSubjects(
  stack: (typeof STACKS)[number] | (typeof BUSY_STACKS)[number],
): readonly Subject[] {
  const dump = JSON.parse(readFileSync(path.join(FOLDER, `${stack}.json`), "utf8")) as {
    resources: readonly Registration[];
  };
  return dump.resources.map(({ type, name, urn, inputs }) => ({
    type,
    name,
    urn,
    props: known(inputs) as Subject["props"],
  }));
}

function known(value: unknown): unknown {
  if (value === "[unknown]") return UNKNOWN;
  if (Array.isArray(value)) return value.map(known);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, known(inner)]));
}
