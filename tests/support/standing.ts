import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseDocument, type YAMLMap } from "yaml";
import { copyProgram } from "../../bench/program/variants";
import { sandboxContext, type SandboxContext } from "../../cli/sandbox/context";
import { sandboxDown } from "../../cli/sandbox/down";
import { fitSlots, prepareProject } from "../../cli/sandbox/prepare";
import type { SandboxReport } from "../../cli/sandbox/report";
import { sandboxUp } from "../../cli/sandbox/up";

/** A sandbox of its own in a temporary folder, with a copy of the program beside it. */
export interface Standing {
  readonly folder: string;
  /** As the files of the program's copy say now; who keeps one has what they said then. */
  readonly context: SandboxContext;
  /** Replaces text in a file of the program's copy; text that is not there fails. */
  edit(file: string, from: string, to: string): void;
  /** Writes a file of the program's copy; undefined removes it. */
  write(file: string, text: string | undefined): void;
  /** Puts a region into the regions table, in place of one of that name; undefined takes it out. */
  setRegion(name: string, entry: object | undefined): void;
  /** Writes the generated project again, after an edit of `Pulumi.yaml` or a stack file. */
  refreshProject(): void;
  up(): Promise<SandboxReport>;
  /** Ends all and removes the folder, whatever state it is in. */
  remove(): Promise<void>;
}

/** What a sandbox of the tests is like. */
export interface StandingOptions {
  /** Changes the program's copy before anything reads it. @default nothing is changed */
  readonly prepare?: (program: string) => void;
  /** Whether proxies and workloads run; where requests are not the point they only take time. @default false */
  readonly proxies?: boolean;
}

export function makeStanding({ prepare = () => undefined, proxies = false }: StandingOptions = {}): Standing {
  const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-sandbox-"));
  // Tests edit the copy, never the tracked files.
  const program = copyProgram(path.join(folder, "program"));
  prepare(program);
  const open = (): SandboxContext => sandboxContext({ program, home: path.join(folder, "home"), proxies });
  const never = new AbortController().signal;
  return {
    folder,
    get context() {
      return open();
    },
    edit: (file, from, to) => {
      const target = path.join(program, file);
      const text = readFileSync(target, "utf8");
      if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
      writeFileSync(target, text.replace(from, to));
    },
    write: (file, text) => {
      if (text === undefined) rmSync(path.join(program, file));
      else writeFileSync(path.join(program, file), text);
    },
    setRegion: (name, entry) => {
      const file = path.join(program, "Pulumi.yaml");
      const project = parseDocument(readFileSync(file, "utf8"));
      const table = project.getIn(["config", "global-mesh:regions", "default"]) as YAMLMap;
      if (entry === undefined) table.delete(name);
      else table.set(name, project.createNode(entry));
      writeFileSync(file, project.toString({ lineWidth: 0 }));
    },
    refreshProject: () => {
      const context = open();
      prepareProject(context, fitSlots(context), chartsFolder());
    },
    up: () => sandboxUp(open(), never),
    remove: async () => {
      const context = open();
      if (context.home.identity() !== undefined) await sandboxDown(context, { force: true }, never);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function chartsFolder(): string {
  const folder = process.env["SANDBOX_TEST_CHARTS"];
  if (folder === undefined)
    throw new Error("SANDBOX_TEST_CHARTS is not set: run the tests with npm test sandbox");
  return folder;
}

let shared: Standing | undefined;

/**
 * The sandbox that the tests of tests/sandbox/regions use one after another, in the order of their file names:
 * bringing up three regions takes minutes, and most of what is tested is what can be done to a mesh that stands.
 */
export function sharedStanding(): Standing {
  shared ??= makeStanding();
  return shared;
}

/** Called once after all. */
export async function removeShared(): Promise<void> {
  await shared?.remove();
  shared = undefined;
}
