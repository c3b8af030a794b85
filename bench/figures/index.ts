import type { Figure } from "../context";
import { regions } from "./regions";
import { scale } from "./scale";
import { start } from "./start";

/** In the order in which they are measured. */
export const FIGURES: readonly Figure[] = [start, scale, regions];
