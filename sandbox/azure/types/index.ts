import type { ArmType } from "../model";
import { containerServiceTypes } from "./containerservice";
import { networkTypes } from "./network";
import { otherTypes } from "./others";

/** Every ARM type that is served; any other is refused by name. */
export const ARM_TYPES: readonly ArmType[] = [...otherTypes, ...networkTypes, ...containerServiceTypes];

const byName = new Map(ARM_TYPES.map((type) => [type.type.toLowerCase(), type]));

/** The table of a type; Azure does not care about its case. */
export const armType = (type: string): ArmType | undefined => byName.get(type.toLowerCase());
