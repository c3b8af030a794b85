import { Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";

/** One line of the list that a user watches. */
export interface Step<C> {
  readonly title: string;
  /** Does the work; `report` shows what it is at, `title` replaces the title (for a result). */
  run(context: C, view: StepView): Promise<void>;
}

export interface StepView {
  report(detail: string): void;
  /** A line that is shown whatever came just before it. */
  note(line: string): void;
  title(text: string): void;
}

/** A group of steps under one title, run one after another or at once. */
export interface StepGroup<C> {
  readonly title: string;
  /** The steps, known only when the group starts. */
  steps(context: C): readonly Step<C>[];
  readonly concurrent: boolean;
}

let output: NodeJS.WriteStream = process.stdout;

/** Shows the steps on standard error. */
export function useStderr(): void {
  output = process.stderr;
}

/** Plain lines come at most this often from one step: a log is read later, a screen now. */
const PLAIN_INTERVAL_MS = 10_000;

/**
 * Runs steps one after another: a live list on a terminal, plain lines elsewhere. Steps of a concurrent group
 * all run to their end even when one fails; the first error is thrown when the group is done.
 */
export async function runSteps<C>(context: C, steps: readonly (Step<C> | StepGroup<C>)[]): Promise<void> {
  const list = new Listr<C>(
    steps.map((step) => ("steps" in step ? group(step) : single(step))),
    {
      concurrent: false,
      exitOnError: true,
      // The commands end their own children on a signal; the list must not exit before that.
      registerSignalListeners: false,
      ...renderers(),
    },
  );
  await list.run(context);
}

/** A live list on a terminal, plain lines elsewhere; on standard error always plain lines, one stream for both. */
function renderers(): object {
  if (output === process.stdout) {
    return { fallbackRenderer: "simple" as const, rendererOptions: { collapseSubtasks: false } };
  }
  const logger = new ListrLogger({ processOutput: new ProcessOutput(output, output) });
  return { renderer: "simple" as const, rendererOptions: { logger } };
}

function group<C>(step: StepGroup<C>): ListrTask<C> {
  return {
    title: step.title,
    task: (context, task) => {
      const settle: (() => void)[] = [];
      const steps = step.steps(context);
      const all = Promise.all(steps.map((_, index) => new Promise<void>((done) => (settle[index] = done))));
      return task.newListr(
        steps.map((inner, index) => {
          const { title, task: run } = single(inner);
          return {
            title,
            task: async (...args: Parameters<typeof run>) => {
              try {
                await run(...args);
                settle[index]?.();
              } catch (error) {
                settle[index]?.();
                // The list ends with its first failure; what runs beside it is to come to its own end before.
                args[1].output = "failed; waiting for the others";
                await all;
                throw error;
              }
            },
          };
        }),
        { concurrent: step.concurrent, exitOnError: true },
      );
    },
  };
}

function single<C>(step: Step<C>): { title: string; task: NonNullable<ListrTask<C>["task"]> } {
  return {
    title: step.title,
    task: async (context, task) => {
      const started = Date.now();
      let title = step.title;
      let reported = Date.now();
      await step.run(context, {
        report: (detail) => {
          if (output !== process.stdout || !output.isTTY) {
            if (Date.now() - reported < PLAIN_INTERVAL_MS) return;
            reported = Date.now();
            task.output = `${step.title}: ${detail}`;
          } else task.output = detail;
        },
        note: (line) => (task.output = line),
        title: (text) => (title = text),
      });
      task.title = `${title} (${seconds(Date.now() - started)})`;
    },
  };
}

/** `1.2 s`, `75 s`. */
export function seconds(milliseconds: number): string {
  const value = milliseconds / 1000;
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`;
}
