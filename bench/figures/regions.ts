import path from "node:path";
import type { BenchContext, Figure } from "../context";
import { CLUSTERS_ONLY, withShares } from "../program/edits";
import type { Result, Row } from "../result";
import { ratios } from "../stats";
import { byHand, writeInputs, writePolicies } from "../sandbox/by-hand";
import { withSandbox, type BenchSandbox, type Taken } from "../sandbox/standing";

/** What takes a few seconds on a standing mesh is repeated, but not for minutes. */
const MOST_ROUNDS = 3;
const SERVICE = "catalog/ai-agent/index.ts";

/** A whole mesh: from nothing, no-op, one change, destroy; by our program and by hand; together and one by one. */
export const regions: Figure = {
  name: "regions",
  about: "three regions from nothing, no-op, one change, destroy, beside the same by hand; and waves",
  measure: (context) => withSandbox(context, (sandbox) => measure(context, sandbox)),
};

/** What each way took; lists have one entry for each repetition. */
interface Way {
  readonly fromNothing: Taken;
  readonly noop: readonly Taken[];
  readonly change: readonly Taken[];
  readonly destroy: Taken;
}

async function measure(bench: BenchContext, sandbox: BenchSandbox): Promise<readonly Result[]> {
  const { context } = sandbox;
  const names = context.stacks.regions;
  const inputs = path.join(bench.scratch, "by-hand");
  const rounds = Math.min(MOST_ROUNDS, bench.repetitions);
  const say = (text: string): void => bench.progress(`regions: ${text}`);

  say("the stack global");
  const trust = await sandbox.up([context.stacks.global]);
  const alone: Taken[] = [];
  for (const region of names) {
    say(`${region} alone, from nothing`);
    alone.push(await sandbox.up([region]));
  }
  say("destroy of the regions, not measured");
  await sandbox.destroy(names);

  say("three regions at once, from nothing");
  const together = await sandbox.up(names);
  say("links");
  const links = await sandbox.up(names);
  const synced = await sandbox.synced();
  say("the way by hand gets its manifests");
  await sandbox.kubeconfig();
  await writeInputs(context, inputs, names);
  await writePolicies(context, inputs, "policies.json", names);
  const all = [context.stacks.global, ...names];
  const { noop, change } = await repeatedly(
    sandbox,
    { rounds, say, noop: () => sandbox.up(all) },
    async (share) => {
      sandbox.write(SERVICE, withShares(sandbox.read(SERVICE), share));
      const taken = await sandbox.up(names);
      await writePolicies(context, inputs, `policies-${share}.json`, names);
      return taken;
    },
  );
  say("destroy");
  const destroy = [await sandbox.destroy(names), await sandbox.destroy([context.stacks.global])];
  const ours: Way = {
    fromNothing: sum([trust, together, links, synced]),
    noop,
    change,
    destroy: sum(destroy),
  };

  say("clusters without a mesh");
  sandbox.write("index.ts", CLUSTERS_ONLY);
  const clusters = await sandbox.up(names);
  return [
    comparison(ours, clusters, await measureByHand(bench, sandbox, { inputs, rounds, say })),
    waves(together, alone),
  ];
}

async function measureByHand(
  bench: BenchContext,
  sandbox: BenchSandbox,
  options: { readonly inputs: string; readonly rounds: number; readonly say: (text: string) => void },
): Promise<Way> {
  const { context, toolbox } = sandbox;
  const { inputs, say } = options;
  const names = context.stacks.regions;
  const script = (name: Parameters<typeof byHand>[1], ...args: string[]): Promise<Taken> =>
    sandbox.timed(() => byHand(context, name, [inputs, ...args, ...names], bench.signal));
  await sandbox.kubeconfig();
  say("by hand: from nothing");
  const fromNothing = await script("install.sh", toolbox.charts);
  const { noop, change } = await repeatedly(
    sandbox,
    {
      rounds: options.rounds,
      say: (text) => say(`by hand: ${text}`),
      noop: () => script("install.sh", toolbox.charts),
    },
    (share) => script("change.sh", `policies-${share}.json`),
  );
  say("by hand: destroy");
  return { fromNothing, noop, change, destroy: await script("remove.sh") };
}

/** The share of the first version goes back and forth between two values, so that each round changes something. */
async function repeatedly(
  sandbox: BenchSandbox,
  options: {
    readonly rounds: number;
    readonly say: (text: string) => void;
    readonly noop: () => Promise<Taken>;
  },
  changeTo: (share: 80 | 90) => Promise<Taken>,
): Promise<Pick<Way, "noop" | "change">> {
  const noop: Taken[] = [];
  const change: Taken[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    options.say(`no-op and one change, round ${round + 1} of ${options.rounds}`);
    noop.push(await options.noop());
    change.push(await changeTo(90));
    if (round + 1 < options.rounds) change.push(await changeTo(80));
  }
  return { noop, change };
}

function comparison(ours: Way, clusters: Taken, hand: Way): Result {
  const withClusters = sum([clusters, hand.fromNothing]);
  return {
    figure: regions.name,
    title: "Three regions, by our program and by hand",
    contains:
      "The real engine, the program, Helm and API servers; Azure and the plugins named as stand-ins are stand-ins, so " +
      "the figures say nothing of Azure. From nothing: global, three regions at once, the second pass for the links, " +
      "until each istiod lists its peers as synced; the guardrails check every update, which the way by hand does not have. No-op: all four stacks. One change: the share of a version, in " +
      "three regions. By hand: bench/by-hand with openssl, helm and kubectl on clusters of the same sandbox, three " +
      "regions at once; what makes clusters and networks is not in it, but in the line `clusters without a mesh`. Its " +
      "no-op is the whole script again; its destroy leaves the clusters. CPU of commands: everything that was started " +
      "and waited for (plugins, language hosts, helm); CPU of clusters: API servers, etcd, controller managers, istiod " +
      "and the stand-in for Azure, in the same time.",
    rows: [
      ...both("from nothing, ours", [ours.fromNothing]),
      ...both("clusters without a mesh, ours", [clusters]),
      ...both("from nothing, by hand", [hand.fromNothing]),
      ratio("from nothing, ours / clusters and by hand", [ours.fromNothing], [withClusters]),
      ...both("no-op, ours", ours.noop),
      ...both("no-op, by hand", hand.noop),
      ratio("no-op, ours / by hand", ours.noop, hand.noop),
      ...both("one change, ours", ours.change),
      ...both("one change, by hand", hand.change),
      ratio("one change, ours / by hand", ours.change, hand.change),
      ...both("destroy, ours", [ours.destroy]),
      ...both("destroy, by hand", [hand.destroy]),
    ],
  };
}

function waves(together: Taken, alone: readonly Taken[]): Result {
  const slowest = alone.reduce((slow, taken) => (taken.wallSeconds > slow.wallSeconds ? taken : slow));
  const inTurn = sum(alone);
  return {
    figure: regions.name,
    title: "Three regions at once against one",
    contains:
      "`pulumi up` of each region from nothing in one wave of three, against the same three one after another; the " +
      "stack global stands, the links' second pass is not in it. All control planes share this machine's processors, " +
      "which three regions in Azure do not.",
    rows: [
      ratio("wall, three at once / the slowest alone", [together], [slowest]),
      ratio("wall, one after another / three at once", [inTurn], [together]),
      { name: "three at once", unit: "s", values: [together.wallSeconds] },
      { name: "each alone", unit: "s", values: alone.map((taken) => taken.wallSeconds) },
    ],
  };
}

function both(name: string, taken: readonly Taken[]): Row[] {
  return [
    { name: `${name}: wall`, unit: "s", values: taken.map((one) => one.wallSeconds) },
    { name: `${name}: CPU of commands`, unit: "s", values: taken.map((one) => one.commandSeconds) },
    { name: `${name}: CPU of clusters`, unit: "s", values: taken.map((one) => one.clusterSeconds) },
  ];
}

function ratio(name: string, above: readonly Taken[], below: readonly Taken[]): Row {
  const wall = (taken: readonly Taken[]): number[] => taken.map((one) => one.wallSeconds);
  return { name, unit: "ratio", values: ratios(wall(above), wall(below)) };
}

function sum(taken: readonly Taken[]): Taken {
  const total = (key: keyof Taken): number => taken.reduce((all, one) => all + one[key], 0);
  return {
    wallSeconds: total("wallSeconds"),
    commandSeconds: total("commandSeconds"),
    clusterSeconds: total("clusterSeconds"),
  };
}
