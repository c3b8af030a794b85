import { existsSync } from "node:fs";
import path from "node:path";
import type { Executables } from "../../../../sandbox/node";
import { bundleProgram } from "../../../../sandbox/plugins/bundle";
import { ensureBootstrap, ensureTools } from "../../../../sandbox/tools";
import { required } from "../../node/support/cluster";

/** What istiod, proxies and applications are run with; those of the proxies are built where the tests have none. */
export async function programs(folder: string): Promise<Executables> {
  const tools = required("SANDBOX_TEST_TOOLS", "pilot-discovery");
  const own = (name: string): string => path.join(tools, name);
  const missing = (["pilot-agent", "envoy"] as const).filter((name) => !existsSync(own(name)));
  const made = await ensureTools(missing);
  return {
    pilotDiscovery: own("pilot-discovery"),
    dataPlane: {
      pilotAgent: made.get("pilot-agent")?.path ?? own("pilot-agent"),
      envoy: made.get("envoy")?.path ?? own("envoy"),
      bootstrap: await ensureBootstrap(),
      app: await bundleProgram({ name: "app", entry: "sandbox/app/main.ts", outDir: folder }),
    },
  };
}
