// What `npm test` is made of: the checks, then the test tiers, the cheapest first.
import { readdirSync } from "node:fs";
import path from "node:path";

export const root = path.dirname(__dirname);

/** A part of the run; `tests` are counted by mocha, anything else counts as one. */
export interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly tests: boolean;
  /** Runs the tools of a cluster, which must be there first. */
  readonly programs: boolean;
}

/** Parts of one stage run side by side; the stages one after another. */
export interface Stage {
  readonly name: string;
  readonly parts: readonly Part[];
}

const TRAFFIC = "traffic";
const TRAFFIC_FOLDER = `tests/sandbox/${TRAFFIC}`;

/**
 * Groups of the traffic tests whose mesh has settings of its own. They come last, since each takes down the mesh that all
 * others pass on.
 */
const WITH_OWN_MESH: readonly string[] = [
  "egress",
  "jwt",
  "topologies",
  "topologies-locality",
  "topologies-mtls",
];

/** Folders of tests/sandbox in the order they are started: what takes longest must not start last. */
const SLOWEST_FIRST = ["regions", "kill", "fourth-region", "membership", "faults", "existing"];

/** All stages; the sandbox tests are a part for each folder, since a folder may share one standing sandbox. */
export function allStages(): readonly Stage[] {
  return [
    stage(check("format", "prettier", "--check", "--log-level=warn", ".")),
    stage(check("lint", "eslint", "--max-warnings=0", ".")),
    stage(check("types", "tsc", "--noEmit", "-p", ".")),
    stage({ name: "unit", ...mocha("tests/unit/**/*.test.ts"), tests: true, programs: false }),
    { name: "sandbox", parts: sandboxFolders().map(sandboxPart) },
    stage(trafficPart(TRAFFIC, trafficGroups())),
  ];
}

/** Groups of the traffic tests, by the names of their files, in the order they run. */
export function trafficGroups(): readonly string[] {
  const groups = readdirSync(path.join(root, TRAFFIC_FOLDER))
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => name.slice(0, -".test.ts".length))
    .toSorted();
  const isLast = (group: string): boolean => WITH_OWN_MESH.includes(group);
  return [...groups.filter((group) => !isLast(group)), ...groups.filter(isLast)];
}

/**
 * The stages with only the parts that were asked for: a stage by its name, one part of it (`sandbox/regions`), or one
 * group of the traffic tests (`traffic/splits`).
 *
 * @throws Error naming what there is, where a name is unknown.
 */
export function wantedStages(names: readonly string[]): readonly Stage[] {
  const [stages, groups] = [allStages(), trafficGroups()];
  const all = [...stages, ...groups.map(groupStage)];
  const known = new Set(all.flatMap(({ name, parts }) => [name, ...parts.map((part) => part.name)]));
  const unknown = names.filter((name) => !known.has(name));
  const ofTraffic = unknown.filter((name) => name.startsWith(`${TRAFFIC}/`));
  if (ofTraffic.length > 0) {
    const named = ofTraffic.map((name) => name.slice(TRAFFIC.length + 1)).join(", ");
    throw new Error(`No group ${named} of the traffic tests; there are: ${groups.toSorted().join(", ")}.`);
  }
  if (unknown.length > 0)
    throw new Error(`No part ${unknown.join(", ")}; there are: ${[...known].join(", ")}.`);
  if (names.length === 0) return stages;
  return all
    .map(({ name, parts }) => ({
      name,
      parts: names.includes(name) ? parts : parts.filter((part) => names.includes(part.name)),
    }))
    .filter(({ parts }) => parts.length > 0);
}

function stage(part: Part): Stage {
  return { name: part.name, parts: [part] };
}

function check(name: string, program: string, ...args: string[]): Part {
  const command = path.join(root, "node_modules", ".bin", program);
  return { name, command, args, tests: false, programs: false };
}

function sandboxFolders(): string[] {
  const rank = (folder: string): number => {
    const at = SLOWEST_FIRST.indexOf(folder);
    return at < 0 ? SLOWEST_FIRST.length : at;
  };
  return readdirSync(path.join(root, "tests/sandbox"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => name !== TRAFFIC)
    .toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

function sandboxPart(folder: string): Part {
  return {
    name: `sandbox/${folder}`,
    // Tests of real processes wait for conditions; the limit only ends what hangs.
    ...mocha("--timeout", "900000", `tests/sandbox/${folder}/**/*.test.ts`),
    tests: true,
    programs: true,
  };
}

function groupStage(group: string): Stage {
  return stage(trafficPart(`${TRAFFIC}/${group}`, [group]));
}

/** All in one process: a group passes its mesh on to the next that wants the same settings. */
function trafficPart(name: string, groups: readonly string[]): Part {
  const files = groups.map((group) => `${TRAFFIC_FOLDER}/${group}.test.ts`);
  return { name, ...mocha("--timeout", "900000", ...files), tests: true, programs: true };
}

/** mocha itself and not its starter, which forwards a signal and then ends the runner before its `after` hooks. */
function mocha(...args: string[]): { command: string; args: readonly string[] } {
  const reporter = path.join(root, "scripts", "counting-reporter.cjs");
  const cli = path.join(root, "node_modules/mocha/lib/cli/cli.js");
  return { command: process.execPath, args: ["--import", "tsx", cli, ...args, "--reporter", reporter] };
}
