import assert from "node:assert/strict";
import { stampChart, stampImages } from "../../../sandbox/tools/charts";
import { parseNames } from "../../../sandbox/tools/names";

const CHART = "apiVersion: v2\nname: istiod\nversion: 1.0.0\nappVersion: 1.0.0\n";
const VALUES = `_internal_defaults_do_not_set:
  hub: ""
  tag: ""
  global:
    # Default hub
    hub: example.test/testing
    tag: latest
    proxy:
      tagged: latest
`;

describe("tools: charts", () => {
  it("stamps chart and application with the version", () => {
    assert.equal(stampChart(CHART, "1.31.1"), CHART.replaceAll("1.0.0", "1.31.1"));
  });

  it("stamps the default images and leaves the empty overrides empty", () => {
    assert.equal(
      stampImages(VALUES, "docker.io/istio", "1.31.1"),
      VALUES.replace("example.test/testing", "docker.io/istio").replace("tag: latest", "tag: 1.31.1"),
    );
  });

  it("stops at charts that are laid out otherwise", () => {
    assert.throws(() => stampChart("name: x\nversion: 1.0.0\n", "1.31.1"), /0 times \^appVersion/);
    assert.throws(() => stampChart(`${CHART}${CHART}`, "1.31.1"), /2 times \^version/);
    assert.throws(() => stampImages('global:\n  hub: ""\n', "h", "t"), /0 times/);
  });
});

describe("tools: names on the command line", () => {
  it("means everything when nothing is named", () => {
    const { tools, charts } = parseNames([]);
    assert.ok(tools.includes("pulumi") && tools.includes("istioctl") && charts);
  });

  it("takes tools and charts", () => {
    assert.deepEqual(parseNames(["helm", "charts"]), { tools: ["helm"], charts: true });
    assert.deepEqual(parseNames(["helm"]), { tools: ["helm"], charts: false });
  });

  it("names what it does not know, and what it does", () => {
    assert.throws(
      () => parseNames(["helm", "hlem"]),
      /Unknown tool hlem: pulumi, .*istioctl, .*charts are known/,
    );
  });
});
