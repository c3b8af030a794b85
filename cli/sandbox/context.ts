import path from "node:path";
import { SandboxHome, type SandboxIdentity } from "../../sandbox/home";
import { Workspace } from "../pulumi/workspace";
import { DaemonClient } from "./daemon";
import { runEnvironment } from "./environment";
import { projectStacks, runsIstio, type ProjectStacks } from "./regions";
import { stackStates } from "./standing";

/** Where a sandbox is and what it runs. */
export interface SandboxOptions {
  /** Folder with `Pulumi.yaml` and the program. @default the current folder */
  readonly program?: string;
  /** The sandbox's home folder. @default `.sandbox` in the program's folder */
  readonly home?: string;
  /** Whether proxies and workloads run; only a daemon that is started hears of it. @default true */
  readonly proxies?: boolean;
  /** Applications that run in place of those of the settings. @default what an earlier start of the sandbox chose */
  readonly app?: readonly string[];
}

/** The handles that every sandbox command works with. */
export interface SandboxContext {
  readonly program: string;
  /** Whether proxies and workloads are to run. */
  readonly proxies: boolean;
  /** Applications that run in place of those of the settings; undefined where none were chosen. */
  readonly applications?: readonly string[];
  readonly home: SandboxHome;
  /** The stacks of the regions table, without those of regions that left and are gone. */
  readonly stacks: ProjectStacks;
  readonly daemon: DaemonClient;
  readonly workspace: Workspace;
}

export function sandboxContext(options: SandboxOptions = {}): SandboxContext {
  const program = path.resolve(options.program ?? ".");
  const home = new SandboxHome(options.home ?? path.join(program, ".sandbox"));
  const applications = options.app ?? home.identity()?.applications;
  return {
    program,
    ...(applications === undefined ? {} : { applications }),
    proxies: options.proxies !== false && runsIstio(program),
    home,
    stacks: withoutGone(projectStacks(program), home),
    daemon: new DaemonClient(home),
    workspace: new Workspace({
      projectFolder: home.project,
      pulumiRoot: home.root,
      // Anew for each command: what the policy pack is configured with is written while the sandbox comes up.
      get env() {
        return runEnvironment(home);
      },
    }),
  };
}

/** A region in `leaving` is only ever on its way out: once it is destroyed, nothing brings it up again. */
function withoutGone(stacks: ProjectStacks, home: SandboxHome): ProjectStacks {
  const { leaving = [] } = stacks;
  const states = stackStates(home);
  return {
    ...stacks,
    regions: stacks.regions.filter((name) => !leaving.includes(name) || states.get(name)?.stands === true),
  };
}

/** The identity of a sandbox that must exist. */
export function requireIdentity(home: SandboxHome): SandboxIdentity {
  const identity = home.identity();
  if (identity === undefined) {
    throw new Error(noSandbox(home));
  }
  return identity;
}

/** What a command says that finds no sandbox. */
export function noSandbox(home: SandboxHome): string {
  return `There is no sandbox in ${home.root}. Start one with: npm run sandbox`;
}
