/** A value of the command line that is not allowed: wrong usage, which has an exit code of its own. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}
