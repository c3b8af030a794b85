import { readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

/** A secret that exists, and what to call it in a report: the value itself is never printed. */
export interface KnownSecret {
  readonly name: string;
  readonly value: string;
}

/** A secret found in plain text. */
export interface Leak {
  readonly file: string;
  readonly secret: string;
  readonly form: "raw" | "JSON-escaped" | "base64";
}

/**
 * Searches every file below the folders for every secret: as it is, as it stands in a JSON string, and in base64
 * (at each of the three offsets that a longer text may put it at).
 *
 * @param isTheirPlace says which files are where secrets belong: keys of running servers, say.
 */
export function findLeaks(
  folders: readonly string[],
  secrets: readonly KnownSecret[],
  isTheirPlace: (file: string) => boolean = () => false,
): Leak[] {
  const needles = secrets.flatMap((secret) => formsOf(secret));
  return folders
    .flatMap((folder) => [...files(folder)])
    .filter((file) => !isTheirPlace(file))
    .flatMap((file) => {
      const text = readFileSync(file);
      return needles
        .filter((needle) => text.includes(needle.bytes))
        .map(({ secret, form }) => ({ file, secret, form }));
    });
}

interface Needle {
  readonly secret: string;
  readonly form: Leak["form"];
  readonly bytes: Buffer;
}

function formsOf(secret: KnownSecret): Needle[] {
  const raw = core(secret.value);
  const escaped = JSON.stringify(raw).slice(1, -1);
  const twice = JSON.stringify(escaped).slice(1, -1);
  return [
    { secret: secret.name, form: "raw", bytes: Buffer.from(raw) },
    ...(escaped === raw
      ? []
      : [escaped, twice].map((text) => ({
          secret: secret.name,
          form: "JSON-escaped" as const,
          bytes: Buffer.from(text),
        }))),
    ...[0, 1, 2].map((offset) => ({
      secret: secret.name,
      form: "base64" as const,
      bytes: Buffer.from(base64At(raw, offset)),
    })),
  ];
}

/** What is unmistakable of a secret: the body of a PEM text without the lines that all share, a kubeconfig's token. */
function core(value: string): string {
  const token = /^\s*token: (\S+)$/m.exec(value)?.[1];
  const lines = value.trim().split("\n");
  const body = token ?? lines.filter((line) => !line.startsWith("-----")).join("\n");
  if (body.length < 16) throw new Error("a secret of fewer than 16 characters cannot be searched for safely");
  return body;
}

/** What base64 makes of the text when `offset` bytes stand before it, without the parts that those change. */
function base64At(text: string, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString("base64");
  return encoded.slice(offset === 0 ? 0 : 4, -4);
}

function* files(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) yield* files(file);
    else if (stat?.isFile()) yield file;
  }
}
