import { execFileSync } from "node:child_process";
import { cpus, totalmem, type } from "node:os";

/** The machine in a line. */
export function describeMachine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? "unknown processor";
  return `${processors.length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}`;
}

/** The commit that is measured; marked where files differ from it. */
export function describeCommit(folder: string): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const commit = git("rev-parse", "--short", "HEAD");
    // The document that the figures go into may differ: it is written by the run itself.
    const changed = git("status", "--porcelain", "--", ".", ":!docs");
    return changed === "" ? commit : `${commit}, with changes that are not committed`;
  } catch {
    return "unknown: not a git checkout";
  }
}
