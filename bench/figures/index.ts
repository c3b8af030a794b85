import type { Figure } from "../context";
import { catalog } from "./catalog";
import { change } from "./change";
import { regions } from "./regions";
import { scale } from "./scale";
import { scoping } from "./scoping";
import { start } from "./start";
import { state } from "./state";
import { tools, toolsFirst } from "./tools";

/** In the order in which they are measured. */
export const FIGURES: readonly Figure[] = [
  start,
  scale,
  catalog,
  scoping,
  change,
  state,
  regions,
  tools,
  toolsFirst,
];
