import path from "node:path";
import { transformSync } from "esbuild";
import ts from "typescript";
import { compile, type CompiledCatalog } from "../../../istio/compile";
import * as intent from "../../../istio/intent";
import type { RolloutPhases } from "../../../topology";
import { everywhere, meshOf } from "../istio/support/fixtures";
import type { Block } from "./blocks";

const ROOT = path.join(__dirname, "../../..");

/** What an example may use without importing it: everything that a catalog is written with. */
const NAMES = Object.keys(intent);

/**
 * Compiles the entries that an example exports, each kind of which is told by its fields. Entries of no application
 * go into one with the namespaces that they name; `export const rollouts` says phases.
 * @throws CatalogError when the example is refused.
 */
export function compileExample({ text }: Block): CompiledCatalog {
  const { code } = transformSync(text, { loader: "ts", format: "cjs" });
  const module = { exports: {} as Record<string, unknown> };
  // The text of a tracked file of this repository, which the test is there to run.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function("module", "exports", ...NAMES, code) as (...values: unknown[]) => void;
  run(module, module.exports, ...NAMES.map((name) => intent[name as keyof typeof intent]));
  const { rollouts = {}, ...entries } = module.exports;
  // A binding is held to its type and its own checks alone: the example has nothing that it could select.
  const bindable = (Object.values(entries).flat() as Entry[]).filter((entry) => !("clusters" in entry));
  const applications = applicationsOf(bindable);
  return compile(applications, everywhere(...applications), meshOf({ rollouts: rollouts as RolloutPhases }));
}

/** Any entry; which kind it is, its fields say. */
interface Entry {
  readonly name: string;
  readonly namespace?: string;
}

function applicationsOf(entries: readonly Entry[]): readonly intent.Application[] {
  const having = <T>(field: string): T[] => entries.filter((entry) => field in entry) as unknown as T[];
  const applications = having<intent.Application>("services");
  const loose = entries.filter((entry) => !("services" in entry));
  if (loose.length === 0 && applications.length > 0) return applications;
  const named = new Set(loose.flatMap(({ namespace }) => namespace ?? []));
  const own = applications.flatMap(({ namespaces }) => namespaces.map(({ name }) => name));
  return [
    ...applications,
    intent.application({
      name: "example",
      namespaces: [...named].filter((name) => !own.includes(name)).map((name) => ({ name })),
      services: having<intent.Service>("serviceAccount"),
      gateways: having<intent.Gateway>("servers"),
      externalServices: having<intent.ExternalService>("resolution"),
      telemetry: having<intent.Telemetry>("scope"),
    }),
  ];
}

/** What the compiler has against examples, each with its place; they are checked as one program, which is faster. */
export function typeErrors(blocks: readonly Block[]): readonly string[] {
  const preamble = `import { ${NAMES.join(", ")} } from "../istio/intent"; export {};\n`;
  const files = new Map(
    blocks.map((block, index) => [
      path.join(ROOT, "docs", `example-${index}.ts`),
      { block, text: preamble + block.text },
    ]),
  );
  const { config } = ts.readConfigFile(path.join(ROOT, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const read = (file: string): string | undefined => files.get(file)?.text ?? ts.sys.readFile(file);
  host.fileExists = (file) => files.has(file) || ts.sys.fileExists(file);
  host.readFile = read;
  host.getSourceFile = (file, target) => {
    const text = read(file);
    return text === undefined ? undefined : ts.createSourceFile(file, text, target);
  };
  const program = ts.createProgram([...files.keys()], { ...options, noUnusedLocals: false, types: [] }, host);
  return [...files].flatMap(([file, { block }]) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${block.place}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
}
