import type { RegionFacts, RegionWanted } from "../facts";
import type { Gathering } from "../gather";
import type { SentRequests } from "../judge/requests";
import type { MeshWanted } from "../wanted";
import type { NobodyThere, RequestAnswers } from "./answer";
import { NothingSentError, type RequestRunner } from "./runner";

/** What is known when requests are sent. */
export interface RequestsContext {
  readonly wanted: MeshWanted;
  readonly gathering: Pick<Gathering, "clientOf">;
  /** Of the regions that were looked at. */
  readonly facts: ReadonlyMap<string, RegionFacts>;
  readonly runner: RequestRunner;
  /** Says what breaks nothing and is worth a look. */
  readonly note: (words: string) => void;
  readonly signal: AbortSignal;
}

/** Sends requests from one region to every region of the mesh that should answer. */
export async function sendAll(
  from: RegionWanted,
  { wanted, gathering, facts, runner, note, signal }: RequestsContext,
  report: (words: string) => void,
): Promise<SentRequests> {
  const { tests } = wanted;
  if (tests === undefined || from.tests !== "runs") return { answers: new Map() };
  if (isUnreached(facts.get(from.name))) return { failed: "its API server was not reached" };
  const targets = wanted.regions.filter((region) => region.tests === "runs").map(({ name }) => name);
  const nobody = new Map(targets.flatMap((to) => nobodyIn(to, facts.get(to))));
  const to = targets.filter((name) => !nobody.has(name));
  try {
    const client = gathering.clientOf(from.name);
    const sent: RequestAnswers =
      to.length === 0
        ? new Map()
        : await runner.send({ client, from: from.name, to, tests, report, note, signal });
    const answers = targets.flatMap((name) => {
      const answer = nobody.get(name) ?? sent.get(name);
      return answer === undefined ? [] : [[name, answer] as const];
    });
    return { answers: new Map(answers) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NothingSentError) return { broken: { cause: error.message, fix: error.fix } };
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

function isUnreached(facts: RegionFacts | undefined): boolean {
  return facts !== undefined && "failed" in facts.reach;
}

/** A region in which nobody would answer; where its pods were not asked for, the request tells. */
function nobodyIn(region: string, facts: RegionFacts | undefined): (readonly [string, NobodyThere])[] {
  if (facts === undefined || "failed" in facts.testWorkloads) return [];
  const { ready, simulated } = facts.testWorkloads.value;
  return ready > 0 ? [] : [[region, { simulated }]];
}
