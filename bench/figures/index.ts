import type { Figure } from "../context";
import { catalog } from "./catalog";
import { regions } from "./regions";
import { scale } from "./scale";
import { start } from "./start";
import { state } from "./state";
import { tools, toolsFirst } from "./tools";

/** In the order in which they are measured. */
export const FIGURES: readonly Figure[] = [start, scale, catalog, state, regions, tools, toolsFirst];
