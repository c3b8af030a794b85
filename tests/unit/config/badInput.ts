import assert from "node:assert/strict";
import { refusal, type Variation } from "./tracked";

/** A wrong setting and every word that it is refused with. */
export interface BadInput extends Variation {
  readonly title: string;
  readonly setting: string;
  readonly got: string;
  readonly allowed: string;
  readonly fix: string;
}

/** One test per row, each of the whole message. */
export function refuses(title: string, rows: readonly BadInput[]): void {
  describe(`config: bad input: ${title}`, () => {
    for (const row of rows) {
      it(row.title, () => {
        assert.equal(
          refusal(row),
          [
            `Stack "${row.stack ?? "eastus"}": 1 setting is wrong. Nothing was changed.`,
            "",
            row.setting,
            `  got:     ${row.got}`,
            `  allowed: ${row.allowed}`,
            `  fix:     ${row.fix}`,
          ].join("\n"),
        );
      });
    }
  });
}
