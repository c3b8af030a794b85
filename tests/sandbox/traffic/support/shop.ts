import { microservices } from "../../../../catalog/microservices";
import type { Application } from "../../../../istio/intent";

/** The catalog's shop for callers inside the mesh: its gateways are shown by groups of their own. */
export const shop: Application = { ...microservices, gateways: [] };
