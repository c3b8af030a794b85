import { LocalWorkspace, type EngineEvent, type PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { pulumiCommand } from "./command";
import { unwritten } from "./state";
import { plainText, progressText, violationText } from "./text";
import { setSecretSetting } from "./secret-setting";

/** How the stacks of one generated or hand-kept project are reached. */
export interface WorkspaceOptions {
  /** Folder of the project file. */
  readonly projectFolder: string;
  /** Folder that holds `bin/pulumi`. */
  readonly pulumiRoot: string;
  /** Environment of every Pulumi command. */
  readonly env: Readonly<Record<string, string>>;
}

/** What one update did, as the engine's summary says. */
export interface UpdateSummary {
  readonly stack: string;
  /** Number of resources by operation: create, update, same, delete, replace. */
  readonly changes: Readonly<Record<string, number>>;
  /** Wall time. */
  readonly seconds: number;
  /** Warnings of the program, the providers and the advisory rules of a policy pack, without repeats. */
  readonly warnings: readonly string[];
}

export interface UpdateOptions {
  /** Called with what the engine does now, a few words. */
  readonly onProgress?: (detail: string) => void;
  readonly signal?: AbortSignal;
  /** Read what really stands before comparing. */
  readonly refresh?: boolean;
  /** Fail where anything would change; for previews. */
  readonly expectNoChanges?: boolean;
}

/** An update that failed: the stack and the errors of the engine, in its words. */
export class UpdateError extends Error {
  constructor(
    readonly stack_: string,
    operation: string,
    readonly diagnostics: readonly string[],
  ) {
    super(`${operation} of stack ${stack_} failed:\n${diagnostics.map(indent).join("\n")}`);
    this.name = "UpdateError";
  }
}

/** The stacks of one project, driven through the Automation API. */
export class Workspace {
  private command: Promise<PulumiCommand> | undefined;

  constructor(private readonly options: WorkspaceOptions) {}

  async up(name: string, options: UpdateOptions = {}): Promise<UpdateSummary> {
    const stack = await this.stack(name);
    return this.run(name, "up", options, (common) => stack.up(common));
  }

  async preview(name: string, options: UpdateOptions = {}): Promise<UpdateSummary> {
    const stack = await this.stack(name);
    return this.run(name, "preview", options, (common) => stack.preview(common));
  }

  async destroy(name: string, options: UpdateOptions = {}): Promise<UpdateSummary> {
    const stack = await this.stack(name);
    return this.run(name, "destroy", options, (common) => stack.destroy(common));
  }

  /** Clears the lock that a killed update left; its pending operations stay. */
  async cancel(name: string): Promise<void> {
    const stack = await this.stack(name);
    await stack.cancel();
  }

  /** Plain outputs; a secret one is left out. */
  async outputs(name: string): Promise<Record<string, unknown>> {
    const stack = await this.stack(name);
    const outputs = await stack.outputs();
    return Object.fromEntries(
      Object.entries(outputs)
        .filter(([, output]) => !output.secret)
        .map(([key, output]) => [key, output.value as unknown]),
    );
  }

  /** All outputs, secret ones decrypted: for handing on, never for printing. */
  async allOutputs(name: string): Promise<Record<string, unknown>> {
    const stack = await this.stack(name);
    const outputs = await stack.outputs();
    return Object.fromEntries(Object.entries(outputs).map(([key, output]) => [key, output.value as unknown]));
  }

  /** Sets a secret setting, unless it has the value already: each encryption of the same text is another one. */
  async setSecret(name: string, key: string, value: string): Promise<void> {
    const stack = await this.stack(name);
    const config = await stack.getAllConfig();
    if (config[key]?.secret === true && config[key].value === value) return;
    const { projectFolder, pulumiRoot, env } = this.options;
    await setSecretSetting({ root: pulumiRoot, cwd: projectFolder, env, stack: name, key, value });
  }

  /** Number of resources in the stack's state. */
  async resourceCount(name: string): Promise<number> {
    const stack = await this.stack(name);
    const state = await stack.exportStack();
    return (state.deployment as { resources?: unknown[] } | null)?.resources?.length ?? 0;
  }

  /** Names of the stacks that exist in the backend. */
  async stacks(): Promise<string[]> {
    const workspace = await LocalWorkspace.create(await this.base());
    return (await workspace.listStacks()).map((stack) => stack.name);
  }

  async remove(name: string): Promise<void> {
    const workspace = await LocalWorkspace.create(await this.base());
    await workspace.removeStack(name, { preserveConfig: true });
  }

  private async stack(name: string): Promise<Stack> {
    return LocalWorkspace.createOrSelectStack(
      { stackName: name, workDir: this.options.projectFolder },
      await this.base(),
    );
  }

  private async base() {
    this.command ??= pulumiCommand(this.options.pulumiRoot, this.options.env);
    return {
      workDir: this.options.projectFolder,
      envVars: { ...this.options.env },
      pulumiCommand: await this.command,
    };
  }

  private async run(
    name: string,
    operation: string,
    options: UpdateOptions,
    start: (common: {
      onEvent: (event: EngineEvent) => void;
      onError: (text: string) => void;
      signal?: AbortSignal;
      refresh?: boolean;
      expectNoChanges?: boolean;
    }) => Promise<unknown>,
  ): Promise<UpdateSummary> {
    const started = process.hrtime.bigint();
    const errors = new Set<string>();
    const warnings = new Set<string>();
    const stderr: string[] = [];
    let changes: Record<string, number> = {};
    let finished = 0;
    const made = new Set<string>();
    try {
      await start({
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        ...(options.refresh === undefined ? {} : { refresh: options.refresh }),
        ...(options.expectNoChanges === undefined ? {} : { expectNoChanges: options.expectNoChanges }),
        onError: (text) => stderr.push(text),
        onEvent: (event) => {
          const diagnostic = event.diagnosticEvent;
          if (diagnostic?.severity === "error") errors.add(plainText(diagnostic.prefix, diagnostic.message));
          if (diagnostic?.severity === "warning") {
            warnings.add(plainText(diagnostic.prefix, diagnostic.message));
          }
          if (event.policyEvent !== undefined) {
            const found = event.policyEvent.enforcementLevel === "mandatory" ? errors : warnings;
            found.add(violationText(event.policyEvent));
          }
          if (event.resourcePreEvent !== undefined) {
            const { op, urn, type } = event.resourcePreEvent.metadata;
            if (op !== "same" && op !== "read") options.onProgress?.(progressText(op, urn, type, finished));
            if (op.startsWith("create")) made.add(`${type} ${urn.split("::").at(-1) ?? ""}`);
          }
          if (event.resOutputsEvent !== undefined) finished += 1;
          if (event.summaryEvent !== undefined) changes = { ...event.summaryEvent.resourceChanges };
        },
      });
    } catch (error) {
      if (options.signal?.aborted === true) {
        throw new Error(`${operation} of stack ${name} was broken off`, { cause: error });
      }
      const found = [...errors];
      const said = found.length > 0 ? found : [lastLines(stderr.join("")) || String(error)];
      said.push(...unwritten(said, [...made]));
      throw new UpdateError(name, operation, said);
    }
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    return { stack: name, changes, seconds, warnings: [...warnings] };
  }
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-15).join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
