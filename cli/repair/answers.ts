import { UsageError } from "../usage";
import { planRepair } from "./plan";
import type { Deployment } from "./state";

/** `<urn>=<id>` of `--id`. */
export function idPair(text: string): [urn: string, id: string] {
  const end = text.indexOf("=");
  const [urn, id] = [text.slice(0, end), text.slice(end + 1)];
  if (end > 0 && id !== "" && urn.startsWith("urn:pulumi:")) return [urn, id];
  throw new UsageError(`--id: got "${text}", must be <urn>=<id> with the URN that the plan shows.`);
}

/** The minutes of `--release-age`. */
export function minutes(text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`--release-age: got "${text}", must be a whole number of minutes, 0 or more.`);
}

/** Refuses an answer to a question that nobody asks: it would be passed over, and be taken for heard. */
export function mustBePending(
  deployment: Deployment,
  answers: readonly { readonly option: "--id" | "--clear"; readonly urn: string }[],
): void {
  const creations = new Set(
    (deployment.pending_operations ?? [])
      .filter(({ type }) => type === "creating")
      .map(({ resource }) => resource.urn),
  );
  const wrong = answers.filter(({ urn }) => !creations.has(urn));
  if (wrong.length === 0) return;
  const open = planRepair(deployment).flatMap(({ action, resource }) =>
    action === "ask" ? [resource.urn] : [],
  );
  const allowed =
    open.length === 0 ? "No creation waits for an answer." : `These wait for an answer: ${open.join(", ")}.`;
  const lines = wrong.map(
    ({ option, urn }) => `${option}: got "${urn}", of which no creation was interrupted.`,
  );
  throw new UsageError([...lines, allowed].join("\n"));
}
