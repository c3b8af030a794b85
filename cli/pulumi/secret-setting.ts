import { spawn } from "node:child_process";
import path from "node:path";

/** A setting of a stack that is stored encrypted. */
export interface SecretSetting {
  /** Folder that holds `bin/pulumi`. */
  readonly root: string;
  /** Folder of the project file. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stack: string;
  readonly key: string;
  readonly value: string;
}

/** Sets it by standard input: the Automation API would put the value on the command line, which others can read. */
export function setSecretSetting(o: SecretSetting): Promise<void> {
  const args = ["config", "set", "--secret", o.key, "--stack", o.stack, "--non-interactive"];
  const child = spawn(path.join(o.root, "bin", "pulumi"), args, {
    cwd: o.cwd,
    env: { ...o.env },
    stdio: ["pipe", "ignore", "pipe"],
  });
  const said: Buffer[] = [];
  child.stderr.on("data", (part: Buffer) => said.push(part));
  // A command that ends without reading says so by its exit code.
  child.stdin.on("error", () => undefined);
  child.stdin.end(o.value);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`pulumi config set ${o.key}: ${Buffer.concat(said).toString().trim()}`));
    });
  });
}
