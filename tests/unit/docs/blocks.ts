import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Folder of the guides. */
export const DOCS = path.join(__dirname, "../../../docs");

/** A block of code that a guide marks for the tests. */
export interface Block {
  /** Guide and line, as in `traffic.md:12`. */
  readonly place: string;
  readonly text: string;
  /** The word behind the language, as in ```ts example. */
  readonly mark: string;
  /** What follows the mark. */
  readonly rest: string;
}

/** An example of the catalog with what the guide says becomes of it. */
export interface Example extends Block {
  /** Parts of objects, as YAML, that the example has to give. */
  readonly results: readonly Block[];
}

/**
 * The marked blocks of a guide:
 * - ```ts example: entries of a catalog, exported; they have to compile;
 * - ```yaml result: parts of objects that the example above gives;
 * - ```ts refused TEXT: entries that are refused with a message that holds the text.
 */
export function examplesOf(guide: string, text: string): readonly Example[] {
  const examples: { block: Block; results: Block[] }[] = [];
  for (const block of blocksOf(guide, text)) {
    if (block.mark === "result") {
      const last = examples.at(-1);
      if (last === undefined) throw new Error(`${block.place}: a result without an example before it`);
      last.results.push(block);
    } else examples.push({ block, results: [] });
  }
  return examples.map(({ block, results }) => ({ ...block, results }));
}

/** The examples of all guides. */
export function allExamples(): readonly Example[] {
  return readdirSync(DOCS)
    .filter((name) => name.endsWith(".md"))
    .toSorted()
    .flatMap((name) => examplesOf(name, readFileSync(path.join(DOCS, name), "utf8")));
}

const FENCE = /^```(?:ts|yaml) (example|result|refused)(?: (.*))?\n([\s\S]*?)^```$/gm;

function blocksOf(guide: string, text: string): readonly Block[] {
  return [...text.matchAll(FENCE)].map((found) => {
    const [, mark = "", rest = "", body = ""] = found;
    const line = text.slice(0, found.index).split("\n").length;
    return { place: `${guide}:${line}`, text: body, mark, rest };
  });
}
