import { writeFileSync } from "node:fs";
import path from "node:path";

const LOADER = path.resolve(__dirname, "../../scripts/program-loader.cjs");

/**
 * Writes what a test project's `main` names: a program in TypeScript, started as ours is. Of itself the language host
 * of the sandbox would check all types at each run (docs/decisions/program-loader.md).
 */
export function writeProgramMain(folder: string, program: string): string {
  const main = path.join(folder, "program.cjs");
  writeFileSync(
    main,
    `require(${JSON.stringify(LOADER)});\nmodule.exports = require(${JSON.stringify(program)});\n`,
  );
  return main;
}
