import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * The log of a plugin: which call, about which resource, how long, how it ended. It never holds a request or a
 * value, because both carry secrets. The engine shows no plugin's stderr, so this file is all there is.
 */
export class CallLog {
  /** @param file where to append; without one nothing is kept */
  constructor(private readonly file: string | undefined) {
    if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  }

  /** One finished call. */
  call(method: string, subject: string, milliseconds: number, error?: string): void {
    const outcome = error === undefined ? "ok" : `failed: ${error.replaceAll("\n", " | ")}`;
    this.line(`${method} ${subject === "" ? "-" : subject} ${Math.round(milliseconds)} ms ${outcome}`);
  }

  /** An event of the plugin's own life. */
  line(text: string): void {
    if (this.file === undefined) return;
    try {
      appendFileSync(this.file, `${new Date().toISOString()} ${process.pid} ${text}\n`, { mode: 0o600 });
    } catch {
      // A full disk or a removed folder must not fail the resource's own operation.
    }
  }
}
