import { ArmError, type SideDoor } from "../arm";
import type { Order } from "../app/settings";
import { NoWorkloadError, type DataPlane } from "../node";

/** Serves `POST /sandbox/requests`: sends requests as a workload, as long as somebody waits. The rest is the inner door's. */
export function requestDoor(
  /** Data planes by region; undefined for a region whose cluster does not run. */
  dataPlane: (region: string) => DataPlane | undefined,
  inner: SideDoor,
): SideDoor {
  return async (request) => {
    if (request.method !== "POST" || request.path !== "/sandbox/requests") return await inner(request);
    const { region, workload, order } = read(request.body);
    const plane = dataPlane(region);
    if (plane === undefined) throw new ArmError(404, "NoRegion", `no cluster of region ${region} runs.`);
    try {
      return { status: 200, body: { results: await plane.send(workload, order, request.gone) } };
    } catch (error) {
      if (error instanceof NoWorkloadError) throw new ArmError(404, "NoWorkload", error.message);
      throw error;
    }
  };
}

interface Wanted {
  readonly region: string;
  readonly workload: string;
  readonly order: Order;
}

function read(body: unknown): Wanted {
  const { region, workload, order } = (body ?? {}) as Partial<Wanted>;
  if (typeof region === "string" && typeof workload === "string" && typeof order?.url === "string")
    return { region, workload, order };
  throw new ArmError(400, "InvalidRequest", "A request needs region, workload and order.url, all strings.");
}
