import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "..", "..");

/** What the program consists of. */
const PROGRAM = [
  "index.ts",
  "package.json",
  "tsconfig.json",
  "Pulumi.yaml",
  "rollouts.yaml",
  ...readdirSync(ROOT).filter((name) => /^Pulumi\..+\.yaml$/.test(name)),
  ...["azure", "catalog", "components", "config", "istio", "linkerd", "topology"],
];

/** What runs a TypeScript program: `main` of Pulumi.yaml, and what it loads. */
const START = ["program.cjs", "scripts/program-loader.cjs"];

/** Copies this checkout's program, so that a figure may change it. */
export function copyProgram(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of PROGRAM) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  linkPackages(folder);
  return folder;
}

/** The program in Pulumi's default layout: ts-node, which checks types, and azure-native imported as a whole. */
export function defaultLayout(folder: string): string {
  copyProgram(folder);
  for (const name of readdirSync(path.join(folder, "components"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const file = path.join(folder, "components", name);
    writeFileSync(file, importingWhole(readFileSync(file, "utf8")));
  }
  return folder;
}

/** Turns each import of a submodule of azure-native into one of the whole package. */
export function importingWhole(source: string): string {
  return source
    .replaceAll(
      /^import \* as (\w+) from "@pulumi\/azure-native\/(\w+)";/gm,
      (_, local: string, submodule: string) =>
        `import { ${local === submodule ? local : `${submodule} as ${local}`} } from "@pulumi/azure-native";`,
    )
    .replaceAll(
      /^(import (?:type )?\{[^}]*\} from) "@pulumi\/azure-native\/provider";/gm,
      '$1 "@pulumi/azure-native";',
    );
}

/** The least that is a program: one import and one resource, which has no provider. */
export function bareProgram(folder: string, language: "TypeScript" | "JavaScript"): string {
  mkdirSync(folder, { recursive: true });
  const typed = language === "TypeScript";
  const main = typed ? "index.ts" : "index.js";
  const load = typed
    ? 'import * as pulumi from "@pulumi/pulumi";'
    : 'const pulumi = require("@pulumi/pulumi");';
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "bare", main }));
  writeFileSync(
    path.join(folder, main),
    `${load}\n\nnew pulumi.ComponentResource("bench:index:Bare", "bare");\n`,
  );
  cpSync(path.join(ROOT, "tsconfig.json"), path.join(folder, "tsconfig.json"));
  linkPackages(folder);
  return folder;
}

/** The packages, and what starts a program. */
function linkPackages(folder: string): void {
  for (const name of START) cpSync(path.join(ROOT, name), path.join(folder, name));
  symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
}
