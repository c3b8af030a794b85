import assert from "node:assert/strict";
import type { Result } from "../../../../sandbox/app/settings";
import { signalProcess } from "../../../../sandbox/processes";
import { eventually } from "../../node/support/cluster";
import { askerIn, HOST, NAMESPACE, URL_OF_ALL } from "./answers";
import { untilKnown, workloadsKnown, type Known } from "./endpoints";
import { isServed, Load, PATIENT_MS, told, tollSince, type LoadOptions } from "./load";
import type { TestMesh } from "./mesh";
import type { Requests } from "./requests";
import { regionOf } from "./shares";

/** Long enough for everything that waits for a condition here. */
const LIMIT_MS = 240_000;
/** So many answers in a row are no chance. */
const ROW = 40;

/** Breaks regions in which the play of `answers.ts` is shown, and waits until requests go where they should. */
export class Outages {
  constructor(
    readonly mesh: TestMesh,
    readonly requests: Requests,
  ) {}

  /** Begins to ask in a region. */
  send(region: string, order: LoadOptions["order"] = { url: URL_OF_ALL }): Load {
    return Load.start(this.requests, askerIn(region), { order });
  }

  /** Begins to ask for answers that are to come all the time. */
  sendPatiently(region: string): Load {
    return this.send(region, { url: URL_OF_ALL, timeoutMs: PATIENT_MS });
  }

  /** Waits until who asks in a region gets answers from one region only. */
  async allFrom(region: string, asker: string): Promise<void> {
    const from = askerIn(asker);
    const isWished = (seen: readonly Result[]): boolean => seen.every((one) => regionOf(one) === region);
    const results = await this.requests.until(from, { url: URL_OF_ALL, count: 20 }, isWished);
    await this.requests.expect(from, HOST, () => {
      assert.deepEqual([...new Set(results.map(regionOf))], [region]);
    });
  }

  /** Waits until so many requests of a load in a row, sent since an event, are as wished. */
  async row(
    what: string,
    load: Load,
    since: number,
    wished: (result: Result) => boolean,
    count = ROW,
  ): Promise<void> {
    await eventually(`${count} requests in a row: ${what}`, LIMIT_MS, () => {
      const last = load.soFar.filter(({ at }) => at > since).slice(-count);
      return Promise.resolve(last.length === count && last.every(wished) ? true : undefined);
    });
  }

  /** Waits until so many requests of a load in a row, sent since an event, were answered by one region. */
  async follows(load: Load, since: number, region: string, count = ROW): Promise<void> {
    await this.row(`answered by ${region}`, load, since, (one) => regionOf(one) === region, count);
  }

  /** Waits until requests of a load, sent since an event, were answered by each of these regions. */
  async reaches(load: Load, since: number, regions: readonly string[]): Promise<void> {
    await eventually(`answers from ${regions.join(", ")}`, LIMIT_MS, () => {
      const answered = new Set(load.soFar.filter(({ at }) => at > since).map(regionOf));
      return Promise.resolve(regions.every((region) => answered.has(region)) ? true : undefined);
    });
  }

  /** How many pods of a Deployment are to run. */
  async scale(region: string, name: string, replicas: number, namespace = NAMESPACE): Promise<void> {
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name };
    await this.mesh.in(region).kube.patch(ref, { spec: { replicas } });
  }

  /** Ends a Deployment's pods without the leave that they would take, and no others come. */
  async kill(region: string, name: string, namespace: string): Promise<void> {
    const cluster = this.mesh.in(region);
    await this.scale(region, name, 0, namespace);
    const pods = cluster.processes().filter((one) => one.name.includes(`/${namespace}/${name}-`));
    const inside = cluster.agent.dataPlane.processes(`${namespace}/${name}`);
    const victims = [...pods, ...inside.flatMap(({ processes }) => processes)];
    assert.ok(victims.length > 0, `${name} of ${region} runs`);
    for (const victim of victims) signalProcess(victim, "SIGKILL");
  }

  /** Waits until who asks in a region knows so many workloads; how long that took. */
  untilKnown(asker: string, wanted: Known): Promise<number> {
    return untilKnown(this.mesh, askerIn(asker), HOST, wanted);
  }

  /** How many workloads who asks in a region knows. */
  known(asker: string): Promise<Known> {
    return workloadsKnown(this.mesh, askerIn(asker), HOST);
  }

  /** Stops a load, tells its toll, and expects that none of its requests failed from an event to `end`. */
  async expectUntouched(what: string, load: Load, event: number, end = Infinity): Promise<void> {
    const results = between(await load.stop(), event, end);
    console.log(`      ${told(what, tollSince(results, event))}`);
    assert.ok(results.length > 0, "the load sent");
    assert.deepEqual(
      results.filter((result) => !isServed(result)),
      [],
    );
  }
}

/** The regions that have answered. */
export function answeredBy(results: readonly Result[]): string[] {
  return [...new Set(results.filter(isServed).map(regionOf))].toSorted();
}

/** The requests that were under way or sent from one time to another. */
export function between(results: readonly Result[], begin: number, end: number): Result[] {
  return results.filter(({ at, ms }) => at + ms >= begin && at < end);
}

export function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
