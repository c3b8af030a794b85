import { z } from "zod";
import { setting } from "../document";

/** What a setting says of the three places that a chart may come from. */
export interface SourceTexts {
  readonly repository: string;
  readonly registry: string;
  readonly folder: { readonly description: string; readonly allowed: string };
}

/** The parts of a setting that name a source of charts; that there is one only is for its user to check. */
export function chartSource(texts: SourceTexts) {
  return {
    repository: setting(z.url({ protocol: /^https?$/ }).optional(), {
      description: texts.repository,
      allowed: "an http or https address",
    }),
    registry: setting(
      z
        .string()
        .regex(/^oci:\/\/[^\s/]+(\/\S+)?$/)
        .optional(),
      { description: texts.registry, allowed: "an address that begins with oci://" },
    ),
    folder: setting(z.string().min(1).optional(), texts.folder),
  };
}

/** A chart's version in full. */
export const chartVersion = z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
