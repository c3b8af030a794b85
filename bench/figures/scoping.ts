import { setTimeout as sleep } from "node:timers/promises";
import type { TestMesh } from "../../tests/sandbox/traffic/support/mesh";
import type { Play } from "../../tests/sandbox/traffic/support/play";
import { toldOf, unscoped, type Told } from "../../tests/sandbox/traffic/support/told";
import { generatedCatalog } from "../catalog/generated";
import type { BenchContext, Figure } from "../context";
import type { Result, Row, Unit } from "../result";
import { withMesh } from "../sandbox/mesh";

const REGION = "eastus";
const SERVICES = [50, 200, 500] as const;
/** The one workload that runs. */
const CLIENT = { region: REGION, namespace: "team-0", workload: "service-0" } as const;
const PARTS: readonly (readonly [string, Unit, (told: Told) => number])[] = [
  ["received from istiod", "KB", ({ receivedBytes }) => receivedBytes / 1024],
  ["configuration dump", "KB", ({ dumpBytes }) => dumpBytes / 1024],
  ["clusters", "count", ({ clusters }) => clusters],
  ["listeners", "count", ({ listeners }) => listeners],
  ["virtual hosts", "count", ({ hosts }) => hosts],
  ["memory of Envoy", "MB", ({ memoryBytes }) => memoryBytes / 2 ** 20],
];

/** What one proxy is told with the scopes that the program makes, and without them. */
export const scoping: Figure = {
  name: "scoping",
  about: "what one proxy is told of 50, 200 and 500 services, with Sidecar and exportTo and without",
  measure: (context) => withMesh(context, async (mesh) => [await measure(context, mesh)]),
};

interface Measured {
  readonly services: number;
  readonly scoped: Told;
  readonly all: Told;
}

async function measure(context: BenchContext, mesh: TestMesh): Promise<Result> {
  const measured: Measured[] = [];
  for (const services of SERVICES) {
    const say = (text: string): void => context.progress(`scoping: ${services} services, ${text}`);
    context.signal.throwIfAborted();
    say("scoped");
    const { applications } = generatedCatalog(services);
    const scoped = await toldTo(mesh, { regions: [REGION], applications });
    context.signal.throwIfAborted();
    say("everything to everybody");
    const all = await toldTo(mesh, { regions: [REGION], applications, adapt: unscoped });
    measured.push({ services, scoped, all });
  }
  return {
    figure: scoping.name,
    title: "What one proxy is told",
    contains:
      "The real istiod of one region and one real proxy, which begins after all objects stand. The catalog is generated: " +
      "teams of 20 services in a namespace each; every service has a Kubernetes Service, a global name, two versions, an " +
      "experiment, timeout, retries, pools, locality and access of two others. Scoped: as the program makes it, with a " +
      "Sidecar and exportTo. Not scoped: the same objects without them. Only one workload runs, so endpoints are not in it: " +
      "with workloads the difference is larger. Received: on Envoy's connection to istiod, by delta xDS, until it is quiet; " +
      "the dump is Envoy's own as JSON, its static part included.",
    rows: measured.flatMap(rowsOf),
  };
}

function rowsOf({ services, scoped, all }: Measured): Row[] {
  return [
    ...PARTS.flatMap(([name, unit, value]): Row[] => [
      { name: `${services} services, scoped: ${name}`, unit, values: [value(scoped)] },
      { name: `${services} services, not scoped: ${name}`, unit, values: [value(all)] },
    ]),
    {
      name: `${services} services, not scoped / scoped: received from istiod`,
      unit: "ratio",
      values: [all.receivedBytes / scoped.receivedBytes],
    },
  ];
}

/** Lets the proxy begin when everything else stands, and waits until it is told no more. */
async function toldTo(mesh: TestMesh, play: Play): Promise<Told> {
  const runs = (name: string, namespace: string, version: string): boolean =>
    name === CLIENT.workload && namespace === CLIENT.namespace && version === "v1";
  await mesh.play({ ...play, replicas: () => undefined });
  await mesh.play({
    ...play,
    replicas: ({ service, namespace, version }) => (runs(service, namespace, version) ? 1 : undefined),
  });
  let told = await toldOf(mesh, CLIENT);
  for (;;) {
    await sleep(QUIET_MS);
    const later = await toldOf(mesh, CLIENT);
    if (later.receivedBytes === told.receivedBytes) return later;
    told = later;
  }
}

/** Longer than istiod collects changes before it pushes them. */
const QUIET_MS = 3_000;
