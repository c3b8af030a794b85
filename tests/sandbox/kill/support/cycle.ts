import { DESTROY, REGION, UP, type Lab, type Moment } from "./lab";

/** A kind of moment, as the figures count them. */
export type Kind = "Kubernetes call" | "Helm" | "ARM operation" | "plugin start" | "random";

/** A run that is killed. */
export interface Kill {
  readonly kind: Kind;
  /** For the failure's text. */
  readonly at: string;
  readonly moment: Moment;
}

/** Something is taken down, made again, and killed on the way. */
export interface Cycle {
  /** Logical names of what is taken down, with what depends on it. @default the whole stack */
  readonly targets?: readonly string[];
  /** Kills the way down; without it that runs to its end. */
  readonly destroy?: Kill;
  /** Kills the way up; without it the way up follows the killed way down at once. */
  readonly up?: Kill;
}

/** What happened in all cycles. */
export interface Figures {
  readonly ups: Map<Kind, number>;
  readonly destroys: Map<Kind, number>;
  converged: number;
  lost: number;
  twice: number;
  /** Wall time of repair and update after a kill, the longest. */
  recoveryMs: number;
}

/** Runs a cycle; whatever is not as it should be afterwards is an error that says where. */
export async function runCycle(lab: Lab, cycle: Cycle, figures: Figures): Promise<void> {
  const { context, hold } = lab;
  const targets: string[] = [];
  for (const name of cycle.targets ?? []) targets.push("--target", await lab.urn(name));
  const down = [...DESTROY, ...targets, ...(targets.length > 0 ? ["--target-dependents"] : [])];
  const where = [cycle.destroy?.at, cycle.up?.at].filter(Boolean).join(", then ");
  let killed = Date.now();

  const kill = async (args: readonly string[], { kind, at, moment }: Kill, counted: Map<Kind, number>) => {
    const run = lab.start(args);
    const came = await moment(lab, run);
    killed = Date.now();
    await lab.kill(run);
    hold.release();
    const { text } = await run.ended;
    if (!came) throw new Error(`${where}: ${args[0] ?? ""} ended before the moment "${at}" came:\n${text}`);
    counted.set(kind, (counted.get(kind) ?? 0) + 1);
    await lab.repair();
  };

  if (cycle.destroy !== undefined) await kill(down, cycle.destroy, figures.destroys);
  if (cycle.up !== undefined) {
    const { code, text } = await lab.start(down).ended;
    if (code !== 0) throw new Error(`${where}: destroy: ${text}`);
    await kill(UP, cycle.up, figures.ups);
  }
  const { code, text } = await lab.start(UP).ended;
  if (code !== 0) throw new Error(`${where}: the next up: ${text}`);
  figures.recoveryMs = Math.max(figures.recoveryMs, Date.now() - killed);
  if (cycle.targets === undefined) await lab.newCluster();
  const { lost, twice } = await lab.audit();
  figures.lost += lost.length;
  figures.twice += twice.length;
  if (lost.length + twice.length > 0) {
    throw new Error(
      `${where}: stack ${REGION} of ${context.home.root}\nlost: ${lost.join("; ")}\ntwice: ${twice.join("; ")}`,
    );
  }
  figures.converged += 1;
}
