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

  const down = await wayDown(lab, cycle.targets);
  if (cycle.destroy !== undefined) await kill(down ?? [], cycle.destroy, figures.destroys);
  if (cycle.up !== undefined) {
    // What the killed run has not taken down.
    const rest = cycle.destroy === undefined ? down : await wayDown(lab, cycle.targets);
    const { code, text } = rest === undefined ? { code: 0, text: "" } : await lab.start(rest).ended;
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

/** The command that takes down what is left of the targets; undefined where nothing is. */
async function wayDown(lab: Lab, names: readonly string[] | undefined): Promise<string[] | undefined> {
  if (names === undefined) return [...DESTROY];
  const state = await lab.state();
  const urns = state.map(({ urn }) => urn).filter((urn) => names.some((name) => urn.endsWith(`::${name}`)));
  if (urns.length === 0) return undefined;
  return [...DESTROY, ...urns.flatMap((urn) => ["--target", urn]), "--target-dependents"];
}
