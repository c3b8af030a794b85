import { setTimeout as sleep } from "node:timers/promises";
import { runSteps, seconds, type Step } from "../ui/steps";
import { SETTLING, type Asked, type CheckName } from "./check";
import type { AnalysisMessage, RegionFacts, RegionWanted } from "./facts";
import { Gathering } from "./gather";
import { withPasteableFixes } from "./fix";
import { judgeMesh, judgeRegion, type Measure, type Outcomes } from "./judge";
import { takenBack } from "./partly";
import type { Place } from "./place";
import type { SentRequests } from "./judge/requests";
import { sendAll, type RequestsContext } from "./requests/send";
import type { RequestRunner } from "./requests/runner";
import type { MeshWanted } from "./wanted";

/** What is asked, and how strictly. */
export interface VerifyArgs {
  readonly wanted: MeshWanted;
  readonly place: Place;
  /** Regions that are judged; with some of them only, the mesh as a whole is not. @default all */
  readonly regions?: readonly string[] | undefined;
  readonly skip: readonly CheckName[];
  readonly measure: Measure;
  /** For how long what may settle by itself is looked at again, in seconds. */
  readonly waitSeconds: number;
  /** @default no test requests are sent */
  readonly requests?: RequestRunner;
}

/** What a verification found. */
export interface Verified {
  readonly regions: ReadonlyMap<string, Outcomes>;
  /** Absent where only some regions were asked. */
  readonly mesh?: Outcomes;
  readonly leaving: readonly string[];
  readonly seconds: number;
}

/** Time between two looks at what may settle. */
const LOOK_MS = 2_000;

interface State {
  readonly facts: Map<string, RegionFacts>;
  readonly messages: Map<string, Asked<readonly AnalysisMessage[]>>;
  readonly sent: Map<string, SentRequests>;
  /** What sending them left to say, by region. */
  readonly notes: Map<string, string[]>;
}

/**
 * Asks a mesh whether it is as its files want it, and judges the answers. It changes nothing, but for the Jobs that send
 * test requests and are deleted again.
 */
export async function verify(args: VerifyArgs, signal: AbortSignal): Promise<Verified> {
  const { wanted, place } = args;
  const started = Date.now();
  const gathering = new Gathering(place, wanted, signal);
  const state: State = { facts: new Map(), messages: new Map(), sent: new Map(), notes: new Map() };
  try {
    await runSteps(state, steps(args, gathering, signal));
    signal.throwIfAborted();
    const regions = judgeAll(args, gathering, state);
    const { sandbox } = place;
    const mesh = args.regions === undefined ? judgeMesh(regions, state.facts) : undefined;
    const clusters = new Map(wanted.regions.map(({ name, cluster }) => [name, cluster]));
    return {
      regions: new Map(
        [...regions].map(([name, outcomes]) => [
          name,
          withPasteableFixes(outcomes, { sandbox, cluster: clusters.get(name) }),
        ]),
      ),
      ...(mesh === undefined ? {} : { mesh: withPasteableFixes(mesh, { sandbox }) }),
      leaving: wanted.leaving,
      seconds: Math.round((Date.now() - started) / 100) / 10,
    };
  } finally {
    gathering.close();
  }
}

function steps(
  args: VerifyArgs,
  gathering: Gathering,
  signal: AbortSignal,
): Parameters<typeof runSteps<State>>[1] {
  const judged = judgedRegions(args);
  const asked = withGovernors(args.wanted.regions, judged);
  const look = async ({ facts }: State): Promise<void> => {
    await Promise.all(asked.map(async (region) => facts.set(region.name, await gathering.region(region))));
  };
  const { requests: runner } = args;
  const skipped = (check: CheckName): boolean => args.skip.includes(check);
  const all: (Step<State> | undefined)[] = [
    { title: "Stacks and kubeconfigs", run: () => gathering.reachAll() },
    { title: "Clusters and istiods", run: look },
    {
      title: "What has to settle",
      run: async (state, view) => {
        const end = Date.now() + args.waitSeconds * 1000;
        for (;;) {
          const open = unsettled(judgeAll(args, gathering, state), state.facts);
          if (open.length === 0) return;
          if (Date.now() >= end) {
            view.title(`Did not settle within ${args.waitSeconds} s: ${open.join(", ")}`);
            return;
          }
          view.report(`${open.join(", ")}; ${seconds(end - Date.now())} left`);
          await sleep(LOOK_MS, undefined, { signal });
          await look(state);
        }
      },
    },
    skipped("analysis")
      ? undefined
      : {
          // After that: an API server may have come only now, and messages are judged by the objects of the last look.
          title: "Analysis",
          run: async ({ messages }) => {
            const reached = await gathering.answering();
            const each = async (region: RegionWanted): Promise<void> =>
              void messages.set(region.name, await gathering.analysis(region, reached));
            // Those without an istiod have no objects of Istio.
            await Promise.all(judged.filter(({ governs }) => governs.length > 0).map(each));
          },
        },
    runner === undefined || skipped("requests")
      ? undefined
      : {
          title: "Requests",
          run: async ({ sent, facts, notes }, view) => {
            const { wanted } = args;
            // One region after another: the sandbox has places for few proxies.
            for (const region of judged) {
              const left: string[] = [];
              notes.set(region.name, left);
              const note = (words: string): void => void left.push(words);
              const context: RequestsContext = { wanted, gathering, facts, runner, note, signal };
              sent.set(region.name, await sendAll(region, context, (words) => view.report(words)));
            }
          },
        },
  ];
  return all.filter((step) => step !== undefined);
}

function judgedRegions({ wanted, regions }: VerifyArgs): readonly RegionWanted[] {
  return wanted.regions.filter(({ name }) => regions?.includes(name) !== false);
}

/** With each region the one whose istiod knows its proxies. */
function withGovernors(
  all: readonly RegionWanted[],
  judged: readonly RegionWanted[],
): readonly RegionWanted[] {
  const names = new Set(judged.flatMap(({ name, controlPlane }) => [name, controlPlane]));
  return all.filter(({ name }) => names.has(name));
}

function judgeAll(args: VerifyArgs, gathering: Gathering, state: State): ReadonlyMap<string, Outcomes> {
  const { facts, messages, sent, notes } = state;
  const mesh = new Map(args.wanted.regions.map((region) => [region.name, region]));
  const judged = judgedRegions(args).flatMap((wanted) => {
    const own = facts.get(wanted.name);
    if (own === undefined) return [];
    const { roots } = gathering;
    const governor = facts.get(wanted.controlPlane) ?? own;
    const outcomes = judgeRegion(
      {
        wanted,
        facts: own,
        governor,
        ...(roots === undefined ? {} : { roots }),
        messages: messages.get(wanted.name),
        sent: sent.get(wanted.name),
        mesh,
        gone: gathering.gone(wanted.name),
        sandbox: args.place.sandbox,
      },
      args.measure,
    );
    const said = takenBack(outcomes, own, governor);
    const { requests } = said;
    const noted = { ...requests, notes: [...requests.notes, ...(notes.get(wanted.name) ?? [])] };
    return [[wanted.name, without({ ...said, requests: noted }, args.skip)] as const];
  });
  return new Map(judged);
}

/** Checks that were not to be made say so. */
function without(outcomes: Outcomes, skip: readonly CheckName[]): Outcomes {
  const skipped = { state: "absent", detail: "skipped", faults: [], notes: [] } as const;
  return { ...outcomes, ...Object.fromEntries(skip.map((check) => [check, skipped])) };
}

/**
 * What does not hold and may hold in a moment, as `eastus: proxies`. So may what could not be asked in a region that was
 * reached: an istiod that is replaced is gone before it is asked.
 */
function unsettled(
  regions: ReadonlyMap<string, Outcomes>,
  facts: ReadonlyMap<string, RegionFacts>,
): readonly string[] {
  return [...regions].flatMap(([region, outcomes]) => {
    const reach = facts.get(region)?.reach;
    const reached = reach !== undefined && "value" in reach;
    return SETTLING.filter((check) => {
      const { state } = outcomes[check];
      return state === "broken" || (state === "unasked" && reached);
    }).map((check) => `${region}: ${check}`);
  });
}
