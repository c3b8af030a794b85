import { setTimeout as sleep } from "node:timers/promises";

/** Wakes a loop. A ring while nobody waits is kept for the next wait. */
export class Bell {
  private rung = false;
  private wake: () => void = () => undefined;

  ring(): void {
    this.rung = true;
    this.wake();
  }

  /** Done at the next ring, at the latest after `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      const timer = new AbortController();
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      await Promise.race([woken, sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
    }
    this.rung = false;
  }
}
