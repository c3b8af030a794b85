/**
 * Args in which each of these flags stands exactly once, with our value: what the args said of them before,
 * as `--name=value` or `--name value`, is taken out. Every flag given here must be one that takes a value.
 */
export function withFlags(args: readonly string[], flags: Readonly<Record<string, string>>): string[] {
  const kept: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    const name = /^--?([^=]+)/.exec(arg)?.[1];
    if (name === undefined || !Object.hasOwn(flags, name)) kept.push(arg);
    else if (!arg.includes("=")) index += 1;
  }
  return [...kept, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
}
