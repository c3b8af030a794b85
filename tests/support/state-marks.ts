import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { requireIdentity, type SandboxContext } from "../../cli/sandbox/context";
import { regionAddresses } from "../../sandbox/addresses/layout";
import type { Marks } from "./state-fixture";

/** What a fixture of a stack's state has marks for in place of this sandbox's own. */
export function sandboxMarks(context: SandboxContext, stack: string): Marks {
  const identity = requireIdentity(context.home);
  const slot = identity.slots[stack];
  const charts = chartsFolder(context, stack);
  return [
    [identity.subscriptionId, "${subscription}"],
    [identity.armUrl, "${arm}"],
    ...(charts === undefined ? [] : [[charts, "${charts}"] as const]),
    ...(slot === undefined
      ? []
      : [
          [
            `https://localhost:${regionAddresses(identity.block, slot).istiod.https}/`,
            "https://localhost:${istiod}/",
          ] as const,
        ]),
  ];
}

/** The charts' folder as the sandbox's stack file says it; the stack `global` has none. */
function chartsFolder(context: SandboxContext, stack: string): string | undefined {
  const file = readFileSync(path.join(context.home.project, `Pulumi.${stack}.yaml`), "utf8");
  const { config = {} } = parse(file) as { config?: { "global-mesh:charts"?: { folder?: string } } };
  return config["global-mesh:charts"]?.folder;
}
