import pc from "picocolors";

/** Colours as picocolors has them. */
export type Colours = ReturnType<typeof pc.createColors>;

/** Colours where a terminal shows them; picocolors by itself takes CI's log files for one, too. */
export function coloursOf({ isTTY }: { readonly isTTY?: boolean }): Colours {
  return pc.createColors(isTTY === true && (process.env["NO_COLOR"] ?? "") === "");
}
