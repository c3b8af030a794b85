import assert from "node:assert/strict";
import { ALL_TOOLS, type ToolName } from "../../../sandbox/tools";
import { RECIPES, buildArguments, recipeOf, versionOf } from "../../../sandbox/tools/recipes";
import { formatVersion, parseVersion, versionRule } from "../../../sandbox/tools/versions";

function accepts(tool: ToolName, answer: string): boolean {
  const version = parseVersion(answer);
  assert.ok(version, answer);
  return versionRule(tool).accepts(version);
}

describe("tools: versions", () => {
  const cases: readonly [ToolName, string, boolean][] = [
    ["pulumi", "v3.220.0", true],
    ["pulumi", "3.259.0", true],
    ["pulumi", "v3.219.9", false],
    ["pulumi", "v4.0.0", false],
    ["helm", "v3.18.0", true],
    ["helm", "v3.17.4", false],
    ["helm", "v4.0.1", false],
    ["kubectl", '{"clientVersion":{"gitVersion":"v1.34.9"}}', true],
    ["kubectl", '{"clientVersion":{"gitVersion":"v1.36.0"}}', true],
    ["kubectl", '{"clientVersion":{"gitVersion":"v1.32.4-dispatcher"}}', false],
    ["kubectl", '{"clientVersion":{"gitVersion":"v1.37.0"}}', false],
    ["etcd", "etcd Version: 3.6.5\nGo Version: go1.26.8", true],
    ["etcd", "etcd Version: 3.6.6\nGo Version: go1.26.8", false],
    ["kube-apiserver", "Kubernetes v1.35.4", true],
    ["kube-controller-manager", "Kubernetes v1.35.5", false],
    ["pilot-discovery", '{"clientVersion":{"version":"1.31.1"}}', true],
    ["pilot-discovery", '{"clientVersion":{"version":"1.31.0"}}', false],
    ["istioctl", '{"clientVersion":{"version":"1.30.4"}}', false],
    ["redis-server", "Redis server v=6.2.14 sha=40305114:0 malloc=libc bits=64", true],
    ["redis-server", "Redis server v=6.0.16 sha=00000000:0 malloc=libc bits=64", false],
  ];
  for (const [tool, answer, expected] of cases) {
    it(`${expected ? "accepts" : "refuses"} ${tool} that says ${JSON.stringify(answer)}`, () => {
      assert.equal(accepts(tool, answer), expected);
    });
  }

  it("finds no version where there is none", () => {
    for (const text of ["", "unknown", "3.220", "Go Version: go1.26"])
      assert.equal(parseVersion(text), undefined);
  });

  it("accepts on PATH what the sandbox itself would make", () => {
    for (const tool of ALL_TOOLS) {
      const isAsked = tool !== "pulumi-language-nodejs" && recipeOf(tool).notOnPath !== true;
      if (isAsked) assert.ok(accepts(tool, versionOf(tool)), tool);
    }
  });
});

describe("tools: recipes", () => {
  it("makes every tool by exactly one recipe, and every file of it", () => {
    for (const tool of ALL_TOOLS) {
      assert.equal(RECIPES.filter(({ tools }) => tools.includes(tool)).length, 1, tool);
      const { builds, wheels } = recipeOf(tool);
      assert.ok(wheels !== undefined || builds.some(({ output }) => output === tool), tool);
    }
  });

  it("pins every download to this recipe's version, by a whole checksum and over TLS", () => {
    for (const { name, version, tools, downloads } of RECIPES) {
      for (const { url, sha256 } of Object.values(downloads ?? {})) {
        assert.equal(tools.length, 1, name);
        assert.match(sha256, /^[0-9a-f]{64}$/);
        assert.ok(url.startsWith("https://") && url.includes(`v${version}`), url);
      }
    }
  });

  it("pins every wheel to this recipe's version, by a whole checksum", () => {
    for (const { name, version, tools, wheels } of RECIPES) {
      for (const wheel of Object.values(wheels ?? {})) {
        assert.deepEqual([tools.length, wheel.version], [1, version], name);
        assert.match(wheel.sha256, /^[0-9a-f]{64}$/);
      }
    }
  });

  it("stamps every program with its version", () => {
    for (const { builds } of RECIPES) {
      for (const step of builds) {
        const flags = buildArguments(step, "/out").join("\n");
        if (!["etcd", "ratelimit"].includes(step.output))
          assert.ok(flags.includes(versionOf(step.output as ToolName)), flags);
      }
    }
    assert.deepEqual(buildArguments({ ...step("etcd"), variables: { "a.B": "1", "c.D": "2" } }, "/out"), [
      "build",
      "-ldflags=-s -w -X a.B=1 -X c.D=2",
      "-o",
      "/out",
      "go.etcd.io/etcd/server/v3",
    ]);
  });

  function step(tool: ToolName) {
    const found = recipeOf(tool).builds[0];
    assert.ok(found);
    return found;
  }

  it("writes a version as people do", () => {
    assert.equal(formatVersion({ major: 3, minor: 220, patch: 0 }), "3.220.0");
  });
});
