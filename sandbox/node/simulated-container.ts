import { timestamp, type ContainerView } from "./status";
import type { Container } from "./types";

/** A container with no process behind it, in a pod where others have one. */
export class SimulatedContainer {
  private state: ContainerView["state"] = { waiting: { reason: "ContainerCreating" } };

  constructor(
    readonly container: Container,
    /** Whether it comes to an end, as an init container or the container of a Job does. */
    private readonly finishes: boolean,
    private readonly onChange: () => void,
  ) {}

  get view(): ContainerView {
    const { container, state } = this;
    const running = state.running !== undefined;
    const ready = running || state.terminated !== undefined;
    return { container, state, lastState: {}, ready, started: running, restartCount: 0, simulated: true };
  }

  get isStarted(): boolean {
    return this.state.running !== undefined;
  }

  hold(message: string): void {
    this.state = { waiting: { reason: "ContainerCreating", message } };
    this.onChange();
  }

  run(): Promise<void> {
    const now = timestamp();
    this.state = this.finishes
      ? { terminated: { exitCode: 0, reason: "Completed", startedAt: now, finishedAt: now } }
      : { running: { startedAt: now } };
    this.onChange();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    if (this.state.running !== undefined) {
      const { startedAt } = this.state.running;
      this.state = { terminated: { exitCode: 0, reason: "Completed", startedAt, finishedAt: timestamp() } };
    }
    return Promise.resolve();
  }
}
