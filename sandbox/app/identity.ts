/** Who sent a request and who it was for, as the receiving proxy wrote it into `x-forwarded-client-cert`. */
export interface Identities {
  /** SPIFFE name of the caller; absent where no client certificate was shown. */
  readonly caller?: string;
  /** SPIFFE name of the workload that was called. */
  readonly self?: string;
}

/** Reads the header. Of several elements the last was written by the proxy beside the application. */
export function identities(header: string | undefined): Identities {
  const last = splitOutsideQuotes(header ?? "", ",").at(-1) ?? "";
  const fields = new Map(
    splitOutsideQuotes(last, ";").flatMap((field) => {
      const at = field.indexOf("=");
      return at < 0
        ? []
        : [[field.slice(0, at).trim().toLowerCase(), unquoted(field.slice(at + 1))] as const];
    }),
  );
  const [caller, self] = [fields.get("uri"), fields.get("by")];
  return { ...(caller === undefined ? {} : { caller }), ...(self === undefined ? {} : { self }) };
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [part, quoted] = ["", false];
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part];
}

function unquoted(value: string): string {
  return value.trim().replace(/^"(.*)"$/, "$1");
}
