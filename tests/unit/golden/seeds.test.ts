import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { catalog } from "../../../catalog";
import { buildEntries } from "../../../istio/build";
import { meshOf } from "../istio/support/fixtures";
import { entryOf, SEEDS, withTable } from "./support/seeds";

const PAGE = path.resolve(__dirname, "..", "..", "..", "docs", "seeds.md");

describe("docs/seeds.md", () => {
  const built = buildEntries(catalog.applications, meshOf());

  it("has every entry of the catalog that becomes something", () => {
    const rows = new Set<string>(SEEDS.map(({ entry }) => entry));
    assert.deepEqual(
      [...new Set(built.map(entryOf))].filter((entry) => !rows.has(entry)),
      [],
    );
  });

  it("names no entry that the catalog does not have", () => {
    const entries = new Set(
      catalog.applications.flatMap(({ name, meshMtls, ...application }) => [
        ...(meshMtls === undefined ? [] : [`${name} meshMtls`]),
        ...(["namespaces", "services", "gateways", "externalServices", "telemetry"] as const).flatMap(
          (kind) => application[kind].map((entry) => `${name} ${kind}.${entry.name}`),
        ),
      ]),
    );
    assert.deepEqual(
      SEEDS.map(({ entry }) => entry).filter((entry) => !entries.has(entry)),
      [],
    );
  });

  it("says what the entries become; if it should say something else, UPDATE_GOLDEN=1", () => {
    const page = readFileSync(PAGE, "utf8");
    const now = withTable(page, built);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(PAGE, now);
    else assert.equal(page, now);
  });
});
