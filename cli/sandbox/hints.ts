import path from "node:path";
import type { Result } from "../../sandbox/app/settings";
import { shellWord } from "../shell-word";
import type { SandboxContext } from "./context";

/** The command that looks for faults in a sandbox, for a shell in the current folder. */
export function verifyCommandOf({ home, program }: Pick<SandboxContext, "home" | "program">): string {
  const here = process.cwd();
  const project = program === here ? "" : ` --program ${shellWord(shortest(here, program))}`;
  return `npx mesh verify${project} --home ${shellWord(shortest(here, home.root))}`;
}

/** A folder as a user would write it: relative where it is below the current one. */
function shortest(here: string, folder: string): string {
  const relative = path.relative(here, folder);
  return relative === "" || relative.startsWith("..") ? folder : relative;
}

/**
 * Where to look when it was a proxy that refused, or nobody: a line for each kind, in the words of the table
 * "Troubleshooting" of docs/sandbox.md. What an application answers is its own business.
 *
 * @param verify the command of {@link verifyCommandOf}.
 */
export function hintsFor(results: readonly Result[], verify: string): readonly string[] {
  return [...new Set(results.flatMap((result) => hintFor(result, verify)))];
}

function hintFor({ status, error, answer, body = "" }: Result, verify: string): readonly string[] {
  if (answer !== undefined) return [];
  // Other refusals, of a token say, name their cause in the body.
  if (status === 403 && body.startsWith("RBAC:"))
    return ["403: an AuthorizationPolicy refuses the caller: npx mesh matrix, docs/security.md"];
  if (status === 404)
    return ["404: no route: the host or path is in no VirtualService or Service of that port"];
  // The body of a fault that the catalog injects.
  if (status === 503 && body !== "fault filter abort")
    return [`503: no endpoint is healthy, or none can be reached: npx mesh sandbox status, ${verify}`];
  if (error === "ENOTFOUND")
    return [
      "ENOTFOUND: the host is in no ServiceEntry or Service that this caller is told of: npx mesh matrix, docs/scoping.md",
    ];
  return [];
}
