import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { StateResource } from "./state-fixture";

const FOLDER = path.join(__dirname, "..", "fixtures", "state");

/** What an upgrade from a fixture's program may do beside updates: `Type name` by operation, each with its reason. */
export type AllowedChanges = Readonly<
  Record<"create" | "delete" | "replace", Readonly<Record<string, string>>>
>;

/** Earlier programs whose state is kept, each by the name of its folder. */
export function fixtureNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

export function fixtureStacks(name: string): string[] {
  return (
    readdirSync(path.join(FOLDER, name))
      .filter((file) => file.endsWith(".json") && file !== "changes.json")
      .map((file) => path.basename(file, ".json"))
      // The certificates before what uses them.
      .toSorted((one, other) => Number(other === "global") - Number(one === "global"))
  );
}

export function fixtureText(name: string, stack: string): string {
  return readFileSync(path.join(FOLDER, name, `${stack}.json`), "utf8");
}

export function parseFixture(text: string): StateResource[] {
  return (JSON.parse(text) as { resources: StateResource[] }).resources;
}

export function allowedChanges(name: string): AllowedChanges {
  return JSON.parse(readFileSync(path.join(FOLDER, name, "changes.json"), "utf8")) as AllowedChanges;
}
