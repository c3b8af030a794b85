/** The side door of the stand-in under /sandbox/: what no Azure has, for tests and reports. */
import type { Arm } from "./arm";
import { ArmError, badRequest, conflict } from "./errors";
import { readFault } from "./faults";
import type { Answer, Request, SideDoor } from "./http";
import { isObject, type JsonObject } from "./shapes";

/** What the host of the stand-in adds. */
export interface AdminHooks {
  /** False until it was tried to start everything that stood before. */
  ready(): boolean;
  /** One entry a cluster, whether it runs or not. */
  clusters(): JsonObject[];
  /** Stops a cluster's servers and leaves its data. */
  stopCluster(name: string): Promise<void>;
  startCluster(name: string): Promise<void>;
  /** Ends the daemon, after the answer. */
  stop(): void;
}

/** Serves /sandbox/; everything else is ARM's. */
export function adminDoor(arm: Arm, hooks: AdminHooks): SideDoor {
  return async (request) => {
    if (!request.path.startsWith("/sandbox/")) return undefined;
    const route = `${request.method} ${request.path.slice("/sandbox/".length)}`;
    const cluster = /^POST clusters\/([^/]+)\/(stop|start)$/.exec(route);
    if (cluster?.[1] !== undefined) {
      await (cluster[2] === "stop" ? hooks.stopCluster(cluster[1]) : hooks.startCluster(cluster[1]));
      return { status: 200, body: { clusters: hooks.clusters() } };
    }
    return answer(arm, hooks, route, request);
  };
}

function answer(arm: Arm, hooks: AdminHooks, route: string, request: Request): Answer {
  const body = isObject(request.body) ? (request.body as JsonObject) : {};
  switch (route) {
    case "GET health":
      return health(hooks);
    case "GET identity": {
      const { tenantId, subscriptionId, operator } = arm.world;
      return { status: 200, body: { tenantId, subscriptionId, ...operator } };
    }
    case "GET report":
      return { status: 200, body: { ...arm.report(), clusters: hooks.clusters() } };
    case "GET clusters":
      return { status: 200, body: { clusters: hooks.clusters() } };
    case "POST faults": {
      const fault = readFault(request.body);
      if (typeof fault === "string") throw badRequest("InvalidFault", `This is no fault: ${fault}.`);
      return { status: 201, body: { id: arm.faults.add(fault) } };
    }
    case "DELETE faults":
      arm.faults.clear();
      return { status: 204 };
    case "POST labels":
      return takeLabel(arm, body);
    case "PATCH resource":
      return { status: 200, body: arm.drift(request.query.get("id") ?? "", body) };
    case "POST stop":
      setImmediate(() => {
        hooks.stop();
      });
      return { status: 202, body: { stopping: true } };
    default:
      throw new ArmError(404, "NotFound", `The sandbox has no ${request.method} ${request.path}.`);
  }
}

/** Ready is who serves and has every cluster whole; who only serves says which ones are not, and why. */
function health(hooks: AdminHooks): Answer {
  const serving = hooks.ready();
  const broken = hooks.clusters().filter(({ running }) => running === false);
  const ready = serving && broken.length === 0;
  const clusters = broken.map(({ name = null, state = null, troubles = [] }) => ({ name, state, troubles }));
  return { status: ready ? 200 : 503, body: { ready, serving, pid: process.pid, clusters } };
}

/** Another tenant takes a DNS label, or gives it back. */
function takeLabel(arm: Arm, body: JsonObject): Answer {
  const { label, location, taken = true } = body;
  if (typeof label !== "string" || typeof location !== "string" || typeof taken !== "boolean")
    throw badRequest(
      "InvalidLabel",
      "A taken label needs label and location, both strings; taken says whether it is.",
    );
  arm.takeLabel(label, location, taken);
  return { status: 200, body: { label, location, taken } };
}

/** The refusal for a cluster that is not there. */
export const noCluster = (name: string): ArmError =>
  conflict("ClusterNotFound", `There is no cluster named '${name}'.`);
