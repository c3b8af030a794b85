import type { SandboxContext } from "../../../../cli/sandbox/context";
import type { Order, Result } from "../../../../sandbox/app/settings";
import { Load, isServed } from "../../traffic/support/load";

/** The service that runs in every region, and its client beside it. */
export const HOST = "test-app.global";
export const CALLER = "test-client";

/** By it a request names the region that is to answer it. */
const REGION_HEADER = "x-mesh-region";

/** Where requests go that name no region. */
export const ANYWHERE = "anywhere";

/** Longer than a busy machine keeps a request waiting. */
const TIMEOUT_MS = 30_000;
/** A second and course. There are six and more courses, and the engine is to have something of the machine, too. */
const PER_SECOND = 8;

/** What came of the requests from one region to one, or to anywhere. */
export interface Course {
  readonly from: string;
  readonly to: string;
  readonly results: readonly Result[];
}

/** Requests that go on while the mesh is changed. Those that name a region fail as soon as it has no endpoint. */
export class MeshLoad {
  private readonly loads: { readonly from: string; readonly to: string; readonly load: Load }[] = [];
  private readonly ended: Course[] = [];

  constructor(private readonly context: () => SandboxContext) {}

  start(from: string, to: string): void {
    const order =
      to === ANYWHERE
        ? // So long that at any moment some are under way.
          { url: `http://${HOST}/?delay=200`, timeoutMs: TIMEOUT_MS }
        : { url: `http://${HOST}/`, timeoutMs: TIMEOUT_MS, headers: { [REGION_HEADER]: to } };
    const sender = { region: from, workload: CALLER };
    const load = Load.start({ send: sendTo(this.context) }, sender, { order, perSecond: PER_SECOND });
    this.loads.push({ from, to, load });
  }

  /** Stops what is sent from a region, or all; done when the last request has its answer. */
  async stop(region?: string): Promise<void> {
    const [these, others] = [this.loads.filter(isOf(region)), this.loads.filter((one) => !isOf(region)(one))];
    this.loads.splice(0, this.loads.length, ...others);
    for (const { load, ...course } of these) this.ended.push({ ...course, results: await load.stop() });
  }

  /** So far. */
  get courses(): readonly Course[] {
    return [...this.ended, ...this.loads.map(({ load, ...course }) => ({ ...course, results: load.soFar }))];
  }

  /** Regions that answered what a region sent to anywhere, from a moment on. */
  answeredSince(from: string, start: number): ReadonlySet<string> {
    return new Set(
      this.courses
        .filter((course) => course.from === from && course.to === ANYWHERE)
        .flatMap(({ results }) => results)
        .flatMap(({ at, answer }) => (at > start && answer !== undefined ? [answer.region] : [])),
    );
  }
}

/** Those that got no answer of a workload, or one of another region than they named. */
export function failedOf({ to, results }: Course): readonly Result[] {
  return results.filter((one) => !isServed(one) || (to !== ANYWHERE && one.answer?.region !== to));
}

/** Sends by the daemon of a sandbox that stands. */
export function sendTo(context: () => SandboxContext) {
  return async (from: { readonly region: string; readonly workload: string }, order: Order) => {
    const answer = await context().daemon.call("POST", "/sandbox/requests", { ...from, order });
    return (answer as { results: Result[] }).results;
  };
}

function isOf(region: string | undefined) {
  return ({ from }: { readonly from: string }): boolean => region === undefined || from === region;
}
