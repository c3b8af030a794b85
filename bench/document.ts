const BEGIN = "<!-- bench: begin. Written by `npm run bench -- --write`; do not edit. -->";
const END = "<!-- bench: end -->";

/** Replaces what stands between the markers of a document; all else stays as it is. */
export function withFigures(document: string, figures: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin || document.indexOf(BEGIN, begin + 1) >= 0) {
    throw new Error(
      `docs/performance.md has no one place for the figures: it needs the line\n${BEGIN}\nand after it\n${END}`,
    );
  }
  return `${document.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${document.slice(end)}`;
}
