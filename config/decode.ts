import { parseDocument } from "yaml";
import { z } from "zod";
import { alternatives } from "./walk";

/** What the engine's text for a setting says. */
export interface Decoded {
  /** The value; undefined where the text cannot be read. */
  readonly value: unknown;
  /** Why the text cannot be taken as it is. */
  readonly fault?: DecodeFault;
}

/** Why a text cannot be taken as it is, and what to do about it. */
export interface DecodeFault {
  readonly reason: string;
  readonly fix: string;
}

/**
 * Reads the text that the engine hands a program for one setting. Objects and lists arrive as JSON, numbers
 * and booleans as their text; which of them is meant only the schema can tell: "1.35" may be a version.
 */
export function decode(schema: z.core.$ZodType, text: string): Decoded {
  const kinds = alternatives(schema);
  if (kinds.some(isComposite) && /^\s*[[{]/.test(text)) return decodeJson(text);
  if (kinds.some((kind) => kind instanceof z.ZodBoolean) && (text === "true" || text === "false")) {
    return { value: text === "true" };
  }
  if (kinds.some((kind) => kind instanceof z.ZodNumber) && /^-?\d{1,15}(\.\d+)?$/.test(text)) {
    return { value: Number(text) };
  }
  return { value: text };
}

function isComposite(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodObject || schema instanceof z.ZodRecord || schema instanceof z.ZodArray;
}

function decodeJson(text: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fix = "write it as YAML in the stack file, or as JSON without a fault";
    return { value: undefined, fault: { reason: "text that begins as JSON and is none", fix } };
  }
  const repeated = repeatedKey(text);
  if (repeated === undefined) return { value };
  return {
    value,
    fault: { reason: `an object in which ${repeated} stands twice`, fix: "keep one of the two" },
  };
}

/**
 * A key that one object of a JSON text has twice. JSON.parse would silently keep the last one, and of two
 * regions of one name that would be the wrong half of the time.
 */
function repeatedKey(text: string): string | undefined {
  const document = parseDocument(text, { schema: "json", uniqueKeys: true, prettyErrors: false });
  const error = document.errors.find((candidate) => candidate.code === "DUPLICATE_KEY");
  if (error === undefined) return undefined;
  return /^"(?:[^"\\]|\\.)*"/.exec(text.slice(error.pos[0]))?.[0] ?? "a name";
}
