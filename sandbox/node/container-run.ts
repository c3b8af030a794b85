import { setTimeout as sleep } from "node:timers/promises";
import { endProcess, type ManagedProcess } from "../processes";
import { CONTAINER_MARK, processesOfContainer } from "../processes/marked";
import type { ContainerHost } from "./container-host";
import { HeldError } from "./objects";
import { probeTarget, watchProbe } from "./probes";
import { clearTerminationMessage, terminationFile, terminationMessage } from "./termination";
import { timestamp, type ContainerView } from "./status";
import { isSidecar, type Container, type ContainerState, type Probe } from "./types";

/** First pause after a crash; it doubles up to the longest. The kubelet's are 10 s and 5 min. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** After so long a run the next crash counts as the first. */
const GOOD_RUN_MS = 600_000;
const HELD_RETRY_MS = 1_000;

/** One container run as a local process: started, probed, started again after a crash. */
export class ContainerRun {
  private state: ContainerState = { waiting: { reason: "ContainerCreating" } };
  private lastState: ContainerState = {};
  private ready = false;
  private started = false;
  private process: ManagedProcess | undefined;
  private starting: Promise<ManagedProcess | undefined> = Promise.resolve(undefined);
  private running: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    readonly container: Container,
    private readonly host: ContainerHost,
    private restartCount: number,
  ) {
    if (restartCount > 0)
      this.lastState = {
        terminated: {
          exitCode: 137,
          reason: "ContainerStatusUnknown",
          message: "the process ended with the sandbox that ran it",
          finishedAt: timestamp(),
        },
      };
  }

  get view(): ContainerView {
    const { container, state, lastState, ready, started, restartCount } = this;
    return { container, state, lastState, ready, started, restartCount, simulated: false };
  }

  /** Whether the container is up, in the sense in which the next one may start. */
  get isStarted(): boolean {
    return this.started;
  }

  /** Runs until the container has ended for good. */
  run(): Promise<void> {
    this.running = this.keepRunning();
    return this.running;
  }

  private async keepRunning(): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    while (!this.stopping.signal.aborted) {
      const begun = Date.now();
      const terminated = await this.runOnce();
      if (terminated === undefined || !this.mayRestart(terminated.exitCode) || this.isStopping()) return;
      if (Date.now() - begun > GOOD_RUN_MS) backoff = FIRST_BACKOFF_MS;
      this.lastState = { terminated };
      const words = `back-off ${backoff / 1000}s restarting failed container ${this.container.name}`;
      this.set({ waiting: { reason: "CrashLoopBackOff", message: words } });
      this.host.onEvent("Warning", "BackOff", words);
      await this.rest(backoff);
      backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
      this.restartCount += 1;
    }
  }

  /** Shows why the container cannot start yet. */
  hold(message: string): void {
    if (this.process === undefined) this.set({ waiting: { reason: "ContainerCreating", message } });
  }

  /**
   * Ends the process, with a time limit before it is killed, and starts it no more. Done when nothing of the container
   * goes on, the start of a process included: it writes to the pod's folder and listens at its address.
   */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    const process = this.process ?? (await this.starting);
    await process?.stop(graceMs);
    // Why it failed is told by who runs it.
    await this.running.catch(() => undefined);
  }

  private async runOnce(): Promise<ContainerState["terminated"]> {
    this.starting = this.start();
    const process = await this.starting;
    if (process === undefined) return undefined;
    this.process = process;
    const startedAt = timestamp();
    this.set({ running: { startedAt } });
    this.host.onEvent("Normal", "Started", `Started container ${this.container.name}`);
    const probing = new AbortController();
    this.probe(process, probing.signal);
    const { code, signal } = await process.exited;
    probing.abort();
    this.process = undefined;
    this.ready = false;
    this.started = false;
    const exitCode = code ?? (signal === "SIGKILL" ? 137 : 143);
    const message =
      terminationMessage(this.terminationFile()) ??
      (exitCode === 0 ? undefined : `log file: ${this.host.logFile}`);
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      ...(message === undefined ? {} : { message }),
      startedAt,
      finishedAt: timestamp(),
    };
    this.set({ terminated });
    await this.endRest();
    return terminated;
  }

  /** As the kernel ends what is left in a container whose first process has ended: a killed pilot-agent's Envoy. */
  private async endRest(): Promise<void> {
    await Promise.all(processesOfContainer(this.host.workingFolder).map((rest) => endProcess(rest, 0))).catch(
      (error: unknown) => this.host.onEvent("Warning", "Failed", String(error)),
    );
  }

  private async start(): Promise<ManagedProcess | undefined> {
    while (!this.isStopping()) {
      try {
        const { command, args, env } = await this.host.command();
        const { registry, processName: name, logFile, workingFolder: cwd } = this.host;
        if (this.isStopping()) return undefined;
        clearTerminationMessage(this.terminationFile());
        const marked = { ...env, [CONTAINER_MARK]: cwd };
        return await registry.spawn({ name, command, args, env: marked, cwd, logFile });
      } catch (error) {
        const reason = error instanceof HeldError ? error.reason : "RunContainerError";
        const message = messageOf(error);
        this.set({ waiting: { reason, message } });
        this.host.onEvent("Warning", "Failed", message);
        await this.rest(HELD_RETRY_MS);
      }
    }
    return undefined;
  }

  private terminationFile(): string {
    return terminationFile(this.host.workingFolder, this.container);
  }

  private probe(process: ManagedProcess, signal: AbortSignal): void {
    const { startupProbe, readinessProbe, livenessProbe } = this.container;
    const afterStart = () => {
      this.started = true;
      this.watch("Readiness", readinessProbe, signal, (ok) => {
        this.ready = ok;
      });
      this.watch("Liveness", livenessProbe, signal, (ok) => {
        if (!ok) this.restart(process, "liveness");
      });
      this.ready = readinessProbe === undefined;
      this.host.onChange();
    };
    if (startupProbe === undefined) afterStart();
    else
      this.watch("Startup", startupProbe, signal, (ok) => {
        if (!ok) this.restart(process, "startup");
        else if (!this.started) afterStart();
      });
  }

  private watch(
    what: string,
    probe: Probe | undefined,
    signal: AbortSignal,
    onVerdict: (ok: boolean) => void,
  ): void {
    if (probe === undefined) return;
    // A probe that cannot be asked, one of a port that the container does not have above all, never says yes.
    this.ask(what, probe, signal, onVerdict).catch((error: unknown) =>
      this.host.onEvent("Warning", "Unhealthy", `${what} probe errored: ${messageOf(error)}`),
    );
  }

  private async ask(
    what: string,
    probe: Probe,
    signal: AbortSignal,
    onVerdict: (ok: boolean) => void,
  ): Promise<void> {
    const target = probeTarget(probe, this.container, this.host.address);
    if (target.kind === "unasked")
      this.host.onEvent(
        "Normal",
        "ProbeNotAsked",
        `${what} probe by exec or grpc: the sandbox takes it for a yes`,
      );
    await watchProbe(probe, target, signal, (ok, words) => {
      if (!ok) this.host.onEvent("Warning", "Unhealthy", `${what} probe failed: ${words}`);
      onVerdict(ok);
      this.host.onChange();
    });
  }

  private restart(process: ManagedProcess, probe: string): void {
    this.host.onEvent(
      "Normal",
      "Killing",
      `Container ${this.container.name} failed ${probe} probe, will be restarted`,
    );
    void process.stop();
  }

  private mayRestart(exitCode: number): boolean {
    if (isSidecar(this.container)) return true;
    return (
      this.host.restartPolicy === "Always" || (this.host.restartPolicy === "OnFailure" && exitCode !== 0)
    );
  }

  private async rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private set(state: ContainerState): void {
    this.state = state;
    this.host.onChange();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
