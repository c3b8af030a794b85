import assert from "node:assert/strict";
import { withFigures } from "../../../bench/document";
import { standing, toJson, type Report } from "../../../bench/result";
import { renderMarkdown, renderText } from "../../../bench/table";

const report: Report = {
  date: "2026-01-02",
  commit: "abc1234",
  command: "npm run bench -- start",
  machine: "2 × Some processor, 8 GiB, Linux",
  node: "20.20.2",
  plugins: [
    { name: "tls", version: "5.6.1", source: "official" },
    { name: "azure-native", version: "3.28.0", source: "stand-in" },
  ],
  results: [
    {
      figure: "start",
      title: "Program start",
      contains: "What is in it.",
      rows: [
        {
          name: "ours / bare",
          unit: "ratio",
          values: [1.2, 1.4, 1.5],
          goal: { wanted: "at most", aim: 1.3, limit: 1.5 },
        },
        { name: "from nothing", unit: "s", values: [12.345] },
      ],
    },
  ],
};

describe("a row against its goal", () => {
  it("meets an aim or a limit from below", () => {
    const goal = { wanted: "at most", aim: 1.3, limit: 1.5 } as const;
    assert.equal(standing(goal, 1.3), "aim met");
    assert.equal(standing(goal, 1.5), "within the limit");
    assert.equal(standing(goal, 1.51), "missed");
  });

  it("meets them from above", () => {
    const goal = { wanted: "at least", aim: 5, limit: 4 } as const;
    assert.equal(standing(goal, 5), "aim met");
    assert.equal(standing(goal, 4.2), "within the limit");
    assert.equal(standing(goal, 3.9), "missed");
  });

  it("has an aim alone", () => {
    assert.equal(standing({ wanted: "at most", aim: 5 }, 5.1), "missed");
  });
});

describe("the report", () => {
  it("is JSON with medians, quartiles, every value and the standing", () => {
    const [result] = toJson(report).results;
    assert.deepEqual(result?.rows[0], {
      name: "ours / bare",
      unit: "ratio",
      values: [1.2, 1.4, 1.5],
      goal: { wanted: "at most", aim: 1.3, limit: 1.5 },
      median: 1.4,
      lowerQuartile: 1.2999999999999998,
      upperQuartile: 1.45,
      standing: "within the limit",
    });
    assert.equal("standing" in (result.rows[1] as object), false);
    assert.deepEqual(toJson(report).plugins, report.plugins);
  });

  it("is a table for a terminal", () => {
    const text = renderText(report);
    for (const part of [
      "start: Program start",
      "1.40 ×",
      "1.30 to 1.45",
      "at most 1.5, aim 1.3: within the limit",
    ]) {
      assert.ok(text.includes(part), `${part} is not in\n${text}`);
    }
  });

  it("is Markdown with the circumstances, and no spread of a single run", () => {
    const [start] = renderMarkdown(report);
    assert.equal(start?.figure, "start");
    assert.deepEqual(start.markdown.split("\n"), [
      "### Program start (`start`)",
      "",
      "What is in it.",
      "",
      "- Date: 2026-01-02; commit abc1234",
      "- Machine: 2 × Some processor, 8 GiB, Linux; Node 20.20.2",
      "- Command: npm run bench -- start",
      "- Plugins: official tls 5.6.1; stand-ins azure-native 3.28.0",
      "",
      "|  | median | quartiles | runs | goal |",
      "| --- | --: | --: | --: | --- |",
      "| ours / bare | 1.40 × | 1.30 to 1.45 | 3 | at most 1.5, aim 1.3: within the limit |",
      "| from nothing | 12.35 s |  | 1 |  |",
    ]);
  });
});

describe("docs/performance.md", () => {
  const begin = "<!-- bench: begin. Written by `npm run bench -- --write`; do not edit. -->";
  const end = "<!-- bench: end -->";

  const order = ["start", "regions", "tools"];
  const section = (figure: string, text: string) => ({
    figure,
    markdown: `### Title (\`${figure}\`)\n\n${text}`,
  });
  const bodyOf = (...parts: readonly { readonly markdown: string }[]): string =>
    parts.map(({ markdown }) => `${markdown}\n\n`).join("");
  const documentOf = (body: string): string => `# Title\n\n${begin}\n\n${body}${end}\n\nAfter.\n`;

  it("gets new figures in the place of older ones, and nothing else changes", () => {
    const older = [section("start", "old"), section("tools", "old"), section("tools", "old, too")] as const;
    const document = documentOf(bodyOf(...older));
    const measured = [section("tools", "new"), section("regions", "new")] as const;
    const changed = withFigures(document, measured, order);
    assert.equal(changed, documentOf(bodyOf(older[0], measured[1], measured[0])));
    assert.equal(withFigures(changed, measured, order), changed);
    assert.equal(withFigures(document, [], order), document);
  });

  it("loses a figure that is no longer measured", () => {
    const document = documentOf(bodyOf(section("gone", "old"), section("start", "old")));
    assert.equal(withFigures(document, [], order), documentOf(bodyOf(section("start", "old"))));
  });

  it("is refused without the markers, with them the wrong way round or twice", () => {
    for (const document of ["", begin, `${end}\n${begin}`, `${begin}\n${end}\n${begin}\n${end}`]) {
      assert.throws(() => withFigures(document, [], order), /no one place for the figures/);
    }
  });
});
