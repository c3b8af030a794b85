import type { Beliefs } from "../../../../sandbox/node/mesh/beliefs";
import type { TestMesh } from "./mesh";
import type { Sender } from "./requests";

interface RouteAction {
  readonly cluster?: string;
  readonly weighted_clusters?: { readonly clusters?: readonly { name?: string; weight?: number }[] };
}

const LIMIT_MS = 60_000;

/**
 * Waits until every route of a host at the sender's proxy has these weights, version by version. One whose weights
 * never come is for the requests after it to tell, so nothing is thrown.
 */
export async function weightsAt(
  mesh: TestMesh,
  from: Sender,
  host: string,
  wanted: Readonly<Record<string, number>>,
): Promise<void> {
  const named = sorted(Object.entries(wanted).filter(([, weight]) => weight > 0));
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const beliefs = await mesh.in(from.region).agent.dataPlane.beliefs(from.workload, host);
    const tables = weightsOf(beliefs).map((table) => sorted(Object.entries(table)));
    if (tables.length > 0 && tables.every((table) => table === named)) return;
    if (Date.now() > end) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Version → weight, for each route that a proxy has for a host. */
export function weightsOf({ routes }: Beliefs): Record<string, number>[] {
  return routes.flatMap(({ routes: known }) =>
    (known as readonly { readonly route?: RouteAction }[]).flatMap(({ route }) => {
      if (route === undefined) return [];
      const { cluster, weighted_clusters: weighted } = route;
      const parts = weighted?.clusters ?? [{ name: cluster ?? "", weight: 100 }];
      return [
        Object.fromEntries(
          parts
            .filter(({ weight = 0 }) => weight > 0)
            .map(({ name = "", weight = 0 }) => [name.split("|")[2] ?? "", weight]),
        ),
      ];
    }),
  );
}

function sorted(entries: readonly (readonly [string, number])[]): string {
  return JSON.stringify(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
