import { createHash } from "node:crypto";

/** Namespace of all names that this project derives a GUID from; any fixed GUID does, it must never change. */
const NAMESPACE = "6f1c0d3e-7d0b-5a57-9d5e-3f1b6a3c9e21";

/**
 * A GUID derived from a name (RFC 9562, version 5): the same parts always give the same GUID.
 * Azure wants GUIDs as names of role assignments; a random one would be a new assignment on each run.
 */
export function derivedGuid(...parts: readonly string[]): string {
  const digest = createHash("sha1")
    .update(Buffer.from(NAMESPACE.replaceAll("-", ""), "hex"))
    .update(parts.join("\n"), "utf8")
    .digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.subarray(0, 16).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
