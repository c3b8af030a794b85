import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { renderRepair, repair } from "../../../../cli/repair/command";
import type { StackExport, StateResource } from "../../../../cli/repair/state";
import { requireIdentity } from "../../../../cli/sandbox/context";
import { regionAddresses } from "../../../../sandbox/addresses/layout";
import { KubeClient } from "../../../../sandbox/kube";
import { pulumi } from "../../../support/pulumi";
import { makeStanding, type Standing } from "../../../support/standing";
import { audit, type Audit } from "./audit";
import { allEnded, begins, endLanguageHosts, EngineRun } from "./engine";
import type { Hold, Write } from "./hold";

export const REGION = "eastus";

/** A plugin ends at the latest when it has looked twice whether its engine is there, and let its calls end. */
const PLUGINS_END_MS = 60_000;

/** The one sandbox of these tests: the stack global and one region, with a way to hold things in their middle. */
export class Lab {
  readonly standing: Standing = makeStanding({ prepare: onlyRegion });
  hold!: Hold;
  /** URNs of the region's stack when it is whole. */
  expected: readonly string[] | undefined;
  /** The longest that plugins outlived their engine. */
  pluginsMs = 0;
  private client: KubeClient | undefined;

  get context(): Standing["context"] {
    return this.standing.context;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): EngineRun {
    return new EngineRun(this.context, REGION, args, env);
  }

  /** `pulumi up` to its end, without a preview before it. */
  async up(): Promise<void> {
    const { code, text } = await this.start(UP).ended;
    if (code !== 0) throw new Error(`pulumi up: ${text}`);
  }

  /** Takes one thing down, and starts an update that the API server holds in the middle of making it again. */
  async heldUpdate(
    name: string,
    kind: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<EngineRun> {
    await this.takeDown(name);
    const held = this.hold.next((write) => write.operation === "CREATE" && write.kind === kind);
    const run = this.start(UP, env);
    const early = run.ended.then(({ text }): never => {
      throw new Error(`pulumi up ended before it made ${name}: ${text}`);
    });
    await Promise.race([held, early]);
    return run;
  }

  async takeDown(name: string): Promise<void> {
    const { code, text } = await this.start([
      ...DESTROY,
      "--target",
      await this.urn(name),
      "--target-dependents",
    ]).ended;
    if (code !== 0) throw new Error(`pulumi destroy of ${name}: ${text}`);
  }

  /** Kills the engine, and nothing else; done when its plugins have noticed and ended. */
  async kill(run: EngineRun): Promise<void> {
    run.kill("SIGKILL");
    await run.ended;
    this.pluginsMs = Math.max(this.pluginsMs, await allEnded(this.context, PLUGINS_END_MS));
  }

  /** What docs/recovery.md says to do after a kill. */
  async repair(): Promise<number> {
    const { program, home } = this.context;
    const never = new AbortController().signal;
    const report = await repair(
      // Whoever was at work on a release has been ended: none is too young to be mended.
      { stack: REGION, program, home: home.root, yes: true, releaseAge: "0" },
      never,
      () => undefined,
    );
    if (report.outcomes.some(({ result }) => result !== "repaired")) throw new Error(renderRepair(report));
    return report.outcomes.length;
  }

  /** The region's state; empty where the stack has none. */
  async state(): Promise<readonly StateResource[]> {
    const { code, stdout, stderr } = await pulumi(this.context, REGION, ["stack", "export"]);
    if (code !== 0) throw new Error(stderr);
    return (JSON.parse(stdout) as StackExport).deployment?.resources ?? [];
  }

  async audit(): Promise<Audit> {
    const state = await this.state();
    const found = await audit(this.context, state, this.expected, this.kube());
    this.expected ??= state.map(({ urn }) => urn);
    return found;
  }

  async urn(name: string): Promise<string> {
    const found = (await this.state()).find(({ urn }) => urn.endsWith(`::${name}`));
    if (found === undefined) throw new Error(`the state has no ${name}`);
    return found.urn;
  }

  /** The region's API server, as the operator. */
  kube(): KubeClient {
    return (this.client ??= this.connect());
  }

  /** After the cluster was made anew: another one, with another authority. */
  async newCluster(): Promise<void> {
    this.client?.close();
    this.client = undefined;
    await this.hold.install(this.kube());
  }

  /** Delays operations of Azure of a type. */
  async slowAzure(method: "PUT" | "DELETE", type: string, delayMs: number): Promise<void> {
    const effect = { kind: "delay", delayMs };
    await this.context.daemon.call("POST", "/sandbox/faults", { method, type, effect });
  }

  async remove(): Promise<void> {
    this.client?.close();
    await this.hold.close();
    endLanguageHosts(this.context);
    await this.standing.remove();
  }

  private connect(): KubeClient {
    const { home } = this.context;
    const { block, slots } = requireIdentity(home);
    const { host } = regionAddresses(block, slots[REGION] ?? 0);
    const pki = path.join(home.clusters, `${REGION}-cluster`, "pki");
    return KubeClient.direct({
      server: `https://${host}:6443`,
      caData: readFileSync(path.join(pki, "ca.crt")).toString("base64"),
      token: readFileSync(home.operatorTokenFile, "utf8").trim(),
    });
  }
}

/** One region is enough to kill; more would only take longer. */
function onlyRegion(program: string): void {
  const file = path.join(program, "Pulumi.yaml");
  const project = parse(readFileSync(file, "utf8")) as {
    config: Record<string, { default: Record<string, unknown> }>;
  };
  const regions = project.config["global-mesh:regions"];
  if (regions === undefined) throw new Error("Pulumi.yaml has no regions table");
  regions.default = { [REGION]: regions.default[REGION] };
  writeFileSync(file, stringify(project));
}

export const UP = ["up", "--yes", "--skip-preview"] as const;
export const DESTROY = ["destroy", "--yes", "--skip-preview"] as const;

let shared: Lab | undefined;

/** The sandbox that the tests of this folder use one after another. */
export function lab(): Lab {
  return (shared ??= new Lab());
}

export async function removeLab(): Promise<void> {
  await shared?.remove();
  shared = undefined;
}

/** A moment at which a run is killed: it comes, or the run ends before. */
export type Moment = (lab: Lab, run: EngineRun) => Promise<boolean>;

/** While the API server has a write of the run in hand. */
export function duringWrite(chosen: (write: Write) => boolean, admit: "before the end" | "never"): Moment {
  return async ({ hold }, run) => {
    const held = hold.next(chosen).then(() => true);
    const reached = await Promise.race([held, run.ended.then(() => false)]);
    if (admit === "before the end" && reached) setTimeout(() => hold.release(), 100);
    return reached;
  };
}

/** Just after a step of the run has begun. */
export function duringStep(op: "create" | "delete", type: string, name?: string): Moment {
  return (_lab, run) => run.event(begins(op, type, name));
}

export function whilePluginStarts(name: string): Moment {
  return (_lab, run) => run.pluginStarts(name);
}

/** When so many steps have begun or ended. */
export function afterSteps(count: number): Moment {
  let seen = 0;
  return (_lab, run) =>
    run.event(({ resourcePreEvent, resOutputsEvent }) => {
      if (resourcePreEvent !== undefined || resOutputsEvent !== undefined) seen += 1;
      return seen >= count;
    });
}
