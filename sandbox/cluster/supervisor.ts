import { setTimeout as sleep } from "node:timers/promises";
import { COMPONENTS, type Component } from "./spec";

/** What the supervisor needs of a control plane. */
export interface Servers {
  startComponent(component: Component): Promise<void>;
  stopComponent(component: Component): Promise<void>;
}

/** How often and how fast servers are started again. */
export interface SupervisorOptions {
  readonly log: (line: string) => void;
  /** Starts of one server within the window before it is given up. @default 5 */
  readonly attempts?: number;
  /** @default ten minutes */
  readonly windowMs?: number;
  /** Wait before the second start; each further one is twice as long. @default 1000 */
  readonly pauseMs?: number;
}

/** A server that does not run although it should. */
export interface Trouble {
  readonly component: Component;
  /** `restarting`: it is being started again; `failed`: that was given up. */
  readonly state: "restarting" | "failed";
  /** How it ended, or why it did not start. */
  readonly why: string;
}

const ATTEMPTS = 5;
const WINDOW_MS = 600_000;
const PAUSE_MS = 1_000;

/** Starts servers of a control plane again that ended by themselves; on the same data, since the folder is theirs. */
export class Supervisor {
  private readonly trouble = new Map<Component, Trouble>();
  private readonly work = new Map<Component, Promise<void>>();
  private readonly starts = new Map<Component, number[]>();
  private readonly ending = new AbortController();

  constructor(
    private readonly servers: Servers,
    private readonly o: SupervisorOptions,
  ) {}

  /** To be told when a server that was ready has ended and nobody asked it to. */
  ended(component: Component, how: string): void {
    if (this.ending.signal.aborted || this.work.has(component)) return;
    this.note(component, "restarting", how);
    const work = this.bringBack(component).finally(() => this.work.delete(component));
    this.work.set(component, work);
  }

  /** Servers that do not run although they should, in the order in which servers start. */
  troubles(): Trouble[] {
    return COMPONENTS.flatMap((component) => this.trouble.get(component) ?? []);
  }

  /** Starts nothing more. */
  stop(): void {
    this.ending.abort();
  }

  /** Done when no start is under way. */
  async settled(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work.values());
  }

  private async bringBack(component: Component): Promise<void> {
    const { log, attempts = ATTEMPTS } = this.o;
    for (let attempt = 0; await this.mayStart(component, attempt); attempt += 1) {
      try {
        await this.servers.startComponent(component);
        this.trouble.delete(component);
        log(`${component} was started again`);
        return;
      } catch (error) {
        // It may hang without being ready, and a second one could not have its port.
        await this.servers.stopComponent(component);
        if (this.ending.signal.aborted) return;
        this.note(component, "restarting", error instanceof Error ? error.message : String(error));
      }
    }
    if (this.ending.signal.aborted) return;
    const { why = "" } = this.trouble.get(component) ?? {};
    this.note(component, "failed", why);
    log(`${component} is given up after ${attempts} starts: ${why}`);
  }

  /** Waits for its turn and for the servers that it needs; false when there are to be no more starts. */
  private async mayStart(component: Component, attempt: number): Promise<boolean> {
    const { attempts = ATTEMPTS, windowMs = WINDOW_MS, pauseMs = PAUSE_MS } = this.o;
    const { signal } = this.ending;
    // Before the first start, too: what took this server down may be taking the others down just now.
    const pause = attempt === 0 ? pauseMs / 10 : pauseMs * 2 ** (attempt - 1);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    const needed = COMPONENTS.slice(0, COMPONENTS.indexOf(component));
    await Promise.all(needed.flatMap((other) => this.work.get(other) ?? []));
    // Also over several deaths: a server that dies a minute after each start is no server.
    const recent = (this.starts.get(component) ?? []).filter((at) => at > Date.now() - windowMs);
    if (signal.aborted || recent.length >= attempts) return false;
    this.starts.set(component, [...recent, Date.now()]);
    return true;
  }

  private note(component: Component, state: Trouble["state"], why: string): void {
    this.trouble.set(component, { component, state, why });
  }
}
