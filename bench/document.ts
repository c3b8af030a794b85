const BEGIN = "<!-- bench: begin. Written by `npm run bench -- --write`; do not edit. -->";
const END = "<!-- bench: end -->";

/** What was measured of one figure, as Markdown that begins with its heading. */
export interface Section {
  /** As the command line names it. */
  readonly figure: string;
  readonly markdown: string;
}

/**
 * Puts measured figures between the markers of a document, each in the place of an older run of the same figure; the
 * other figures and all else stay as they are.
 * @param order names of all figures. One that is not among them is no longer measured, and goes.
 */
export function withFigures(
  document: string,
  measured: readonly Section[],
  order: readonly string[],
): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin || document.indexOf(BEGIN, begin + 1) >= 0) {
    throw new Error(
      `docs/performance.md has no one place for the figures: it needs the line\n${BEGIN}\nand after it\n${END}`,
    );
  }
  const older = sections(document.slice(begin + BEGIN.length, end));
  const kept = order.flatMap((figure) => {
    const newer = measured.filter((section) => section.figure === figure);
    return newer.length > 0 ? newer : older.filter((section) => section.figure === figure);
  });
  const body = kept.map(({ markdown }) => `${markdown}\n\n`).join("");
  return `${document.slice(0, begin + BEGIN.length)}\n\n${body}${document.slice(end)}`;
}

function sections(body: string): readonly Section[] {
  return body.split(/^(?=### )/m).flatMap((text): Section[] => {
    const figure = /^### .*\(`([\w-]+)`\)$/m.exec(text)?.[1];
    return figure === undefined ? [] : [{ figure, markdown: text.trim() }];
  });
}
