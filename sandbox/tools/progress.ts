import type { ToolEvent } from "./types";

/** How often a long step says that it still runs. */
const REPEAT_MS = 20_000;

/** Reports the steps of one tool with the time since they began. */
export class Progress {
  private readonly started = Date.now();

  constructor(
    private readonly tool: string,
    private readonly listener: ((event: ToolEvent) => void) | undefined,
  ) {}

  say(phase: ToolEvent["phase"], detail: string): void {
    const seconds = Math.round((Date.now() - this.started) / 100) / 10;
    this.listener?.({ tool: this.tool, phase, detail, seconds });
  }

  /** Reports a step now and again while it runs. */
  async during<T>(phase: ToolEvent["phase"], detail: string, body: () => Promise<T>): Promise<T> {
    this.say(phase, detail);
    const timer = setInterval(() => this.say(phase, detail), REPEAT_MS);
    try {
      return await body();
    } finally {
      clearInterval(timer);
    }
  }
}
