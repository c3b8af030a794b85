/** One thing that is wrong, in the words of the person who wrote it. */
export interface Fault {
  /** Where it stands, as in `applications.ai-agent.services.ai-agent.versions`. */
  readonly setting: string;
  /** What was found there; never a secret. */
  readonly value: unknown;
  /** What may stand there. */
  readonly allowed: string;
  /** What to do. */
  readonly fix: string;
}

/** A fault whose remedy is said elsewhere, as by the rule of a policy pack that found it. */
export type Finding = Omit<Fault, "fix">;

/** Everything that is wrong, at once. */
export class FaultError extends Error {
  override readonly name: string = "FaultError";

  constructor(
    readonly faults: readonly Fault[],
    subject = "found",
  ) {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    super(`${count} ${subject}:\n${faults.map((fault) => `  - ${describeFault(fault)}`).join("\n")}`);
  }
}

/** Everything that is wrong with the applications and bindings of a mesh. */
export class CatalogError extends FaultError {
  override readonly name = "CatalogError";

  constructor(faults: readonly Fault[]) {
    super(faults, "in the catalog");
  }
}

/** A fault as one line: setting, value, what is allowed, and the fix. */
export function describeFault(fault: Fault): string {
  return `${describeFinding(fault)}. ${fault.fix}.`;
}

/** A finding as one line: setting, value and what is allowed. */
export function describeFinding({ setting, value, allowed }: Finding): string {
  return `${setting}: got ${value === undefined ? "nothing" : JSON.stringify(value)}; allowed is ${allowed}`;
}

/** Throws once with all faults, or returns. */
export function throwFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new FaultError(faults);
}
