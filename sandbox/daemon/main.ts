import { parseArgs } from "node:util";
import { SandboxHome } from "../home";
import { Daemon } from "./daemon";

/** The daemon of one sandbox: `main.ts --home DIR`. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { home: { type: "string" } } });
  if (values.home === undefined) throw new Error("--home must name the home folder of a sandbox");
  const daemon = await Daemon.open(new SandboxHome(values.home), () => process.exit(0));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => void daemon.stop(signal));
  }
  await daemon.serve();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
