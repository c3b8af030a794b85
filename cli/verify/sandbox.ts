import { existsSync } from "node:fs";
import path from "node:path";
import { objectKey, type IstioObject } from "../../istio/model";
import { SandboxHome } from "../../sandbox/home";
import { captureFilter } from "../../sandbox/node/mesh/capture";
import { shellWord } from "../shell-word";

/** What a mesh has that stands in a sandbox, and how it is mended there. */
export interface SandboxWays {
  /** What begins `mesh sandbox up`, with the options that name the sandbox. */
  readonly up: string;
  /** What a command goes behind that needs the sandbox's tools, backend and kubeconfig; it ends in `--`. */
  readonly shell: string;
  /** Objects of Istio that the sandbox itself brings, as `namespace/Kind/name`. */
  readonly objects: readonly string[];
}

/** The ways of the sandbox in a folder, with its folders named as the user did. */
export function sandboxWays({
  home,
  program,
}: {
  readonly home: string;
  readonly program?: string | undefined;
}): SandboxWays {
  const isDefault = path.resolve(home) === path.resolve(program ?? ".", ".sandbox");
  const options = [
    ...(program === undefined ? [] : [` --program ${shellWord(program)}`]),
    ...(isDefault ? [] : [` --home ${shellWord(home)}`]),
  ].join("");
  return {
    up: `npx mesh sandbox up${options}`,
    shell: `npx mesh sandbox shell${options} --`,
    objects: [objectKey(captureFilter([]) as unknown as IstioObject)],
  };
}

/** For whoever asked the stacks of their own backend where a sandbox stands beside them; undefined where none does. */
export function sandboxHint(options: {
  readonly program?: string | undefined;
  readonly home?: string | undefined;
  readonly kubeconfig?: string | undefined;
}): string | undefined {
  const { program, home, kubeconfig } = options;
  if (home !== undefined || kubeconfig !== undefined) return undefined;
  const folder = path.join(program ?? "", ".sandbox");
  if (!existsSync(new SandboxHome(folder).identityFile)) return undefined;
  const inProgram = program === undefined ? "" : ` --program ${shellWord(program)}`;
  return `A sandbox stands in ${folder}: npx mesh verify${inProgram} --home ${shellWord(folder)} asks it.`;
}
