import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * What a sandbox is known by. Only the slots change after the home folder was made, as regions come and go, and the
 * applications, as they are chosen.
 */
export interface SandboxIdentity {
  readonly version: 1;
  /** The home folder itself, absolute: a copied home is not a sandbox. */
  readonly home: string;
  /** Number of the claimed loopback block, see sandbox/addresses. */
  readonly block: number;
  /** Where the ARM stand-in answers. */
  readonly armUrl: string;
  /** The made-up subscription that all resources of this sandbox live in. */
  readonly subscriptionId: string;
  /** Slot of each region in the block, so that addresses are known before a cluster boots. */
  readonly slots: Readonly<Record<string, number>>;
  /** Applications that run in place of those of the settings. @default those of the settings */
  readonly applications?: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Paths of one sandbox's home folder. Creating the object touches nothing. */
export class SandboxHome {
  readonly root: string;

  constructor(root: string) {
    this.root = path.resolve(root);
  }

  get identityFile(): string {
    return path.join(this.root, "sandbox.json");
  }
  /** What the daemon needs to start: the paths of the tools that it runs. */
  get daemonFile(): string {
    return path.join(this.root, "daemon.json");
  }
  get processes(): string {
    return path.join(this.root, "processes");
  }
  /** The generated Pulumi project: its stack files may be written to by Pulumi, the tracked ones are not. */
  get project(): string {
    return path.join(this.root, "project");
  }
  get pulumiHome(): string {
    return path.join(this.root, "pulumi");
  }
  get backend(): string {
    return path.join(this.root, "backend");
  }
  get logs(): string {
    return path.join(this.root, "logs");
  }
  get bin(): string {
    return path.join(this.root, "bin");
  }
  get bundles(): string {
    return path.join(this.root, "bundles");
  }
  get clusters(): string {
    return path.join(this.root, "clusters");
  }
  /** Temporary files of ours and of what we run; removed after each run. */
  get tmp(): string {
    return path.join(this.root, "tmp");
  }
  /** Temporary files of what a user runs in the sandbox's shell. */
  get shellTmp(): string {
    return path.join(this.root, "shell-tmp");
  }
  get passphraseFile(): string {
    return path.join(this.root, "passphrase");
  }
  get adminTokenFile(): string {
    return path.join(this.root, "admin-token");
  }
  get operatorTokenFile(): string {
    return path.join(this.root, "operator-token");
  }
  get report(): string {
    return path.join(this.root, "report.json");
  }
  /** Configuration of the policy pack; there where an application that runs asks for one. */
  get guardrails(): string {
    return path.join(this.root, "guardrails.json");
  }
  /** What the ARM stand-in keeps. */
  get armState(): string {
    return path.join(this.root, "azure", "state.json");
  }

  /** The identity, or undefined where no sandbox was made. */
  identity(): SandboxIdentity | undefined {
    let text: string;
    try {
      text = readFileSync(this.identityFile, "utf8");
    } catch {
      return undefined;
    }
    const identity = JSON.parse(text) as SandboxIdentity;
    if (identity.home !== this.root) {
      throw new Error(
        `${this.root} is a copy of the sandbox in ${identity.home}, whose processes and clusters it would drive. ` +
          "Remove the copy, or work in the original.",
      );
    }
    return identity;
  }

  writeIdentity(identity: SandboxIdentity): void {
    writeJson(this.identityFile, identity);
  }

  /**
   * Removes what runs left in the temporary folder; the folder itself stays, since commands are told of it. A process
   * that is just starting may write into it meanwhile.
   */
  emptyTmp(): void {
    rmSync(this.tmp, { recursive: true, force: true, maxRetries: 5 });
    mkdirSync(this.tmp, { recursive: true, mode: 0o700 });
  }

  /** Makes the folders; only the owner may read them, since keys and state lie below. */
  make(): void {
    for (const folder of [
      this.root,
      this.processes,
      this.project,
      this.pulumiHome,
      this.backend,
      this.logs,
      this.bin,
      this.bundles,
      this.clusters,
      this.tmp,
      this.shellTmp,
    ]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
  }
}

/** Writes JSON so that a reader sees the old or the new text, never half of one. */
export function writeJson(file: string, value: unknown): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}
