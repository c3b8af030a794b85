import type { ExitStatus, ManagedProcess, ProcessRegistry, SpawnOptions } from "../../../sandbox/processes";

/** Processes that only exist in a test: each runs until it is stopped. */
export class FakeProcesses {
  readonly started: string[] = [];
  readonly running = new Set<string>();
  /** What a process waits for before it is there. */
  mayStart: Promise<void> = Promise.resolve();
  /** What a process waits for before it ends when it is told to. */
  mayEnd: Promise<void> = Promise.resolve();
  /** The grace periods that were given, in ms, by the name of the process. */
  readonly graces: (readonly [string, number | undefined])[] = [];

  get registry(): ProcessRegistry {
    const spawn = async (options: SpawnOptions): Promise<ManagedProcess> => {
      await this.mayStart;
      return this.start(options);
    };
    return { spawn } as unknown as ProcessRegistry;
  }

  private start({ name }: SpawnOptions): ManagedProcess {
    this.started.push(name);
    this.running.add(name);
    let exit: (status: ExitStatus) => void = () => undefined;
    const exited = new Promise<ExitStatus>((resolve) => (exit = resolve));
    const end = (): void => {
      this.running.delete(name);
      exit({ code: 0, signal: null });
    };
    return {
      name,
      pid: 0,
      exited,
      stopping: false,
      stop: async (grace) => {
        this.graces.push([name, grace]);
        await this.mayEnd;
        end();
      },
      kill: end,
      tail: () => "",
    };
  }
}

/** A promise that is kept when the test says so. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Lets all that is ready to go on go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}
