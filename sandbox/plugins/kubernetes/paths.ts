/** One step of a property path: a member's key or an item's index. */
export type Step = string | number;

/** A property path as the engine writes it: `metadata.labels["app.kubernetes.io/name"]`, `rules[0].verbs`. */
export function formatPath(path: readonly Step[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (/[."[\]]/.test(step)) return `${text}["${step.replaceAll('"', '\\"')}"]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** Reads a property path; an index that is `*` stays a string. */
export function parsePath(text: string): Step[] {
  const steps: Step[] = [];
  const token = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|\.?([^.[\]]+)/gy;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) throw new Error(`"${text}" is not a property path, such as metadata.labels["app"].`);
    const [, quoted, index, plain] = match;
    if (quoted !== undefined) steps.push(quoted.replaceAll('\\"', '"'));
    else if (index !== undefined) steps.push(index === "*" ? "*" : Number(index));
    else if (plain !== undefined) steps.push(plain);
  }
  return steps;
}

/** Whether the first path is the second one or lies above it; `*` in the first stands for any step. */
export function contains(above: readonly Step[], below: readonly Step[]): boolean {
  return above.length <= below.length && above.every((step, index) => step === "*" || step === below[index]);
}
