import assert from "node:assert/strict";
import { parse } from "yaml";
import { withOverlay } from "../../../sandbox/project/overlay";

const TRACKED = `# The primary region.
config:
  azure-native:location: eastus # where it is
  global-mesh:values:
    istiod:
      replicaCount: 2
`;

describe("withOverlay", () => {
  it("adds settings at the end and leaves the tracked ones, comments included", () => {
    const text = withOverlay(TRACKED, { "global-mesh:protect": false });
    assert.ok(text.startsWith(TRACKED.trimEnd()), text);
    assert.deepEqual(parse(text), {
      config: { ...(parse(TRACKED) as { config: object }).config, "global-mesh:protect": false },
    });
    assert.match(text, /# Added by the sandbox/);
  });

  it("merges an object that the tracked file has too, key by key", () => {
    const text = withOverlay(TRACKED, { "global-mesh:values": { istiod: { env: { A: "1" } } } });
    assert.deepEqual((parse(text) as { config: Record<string, unknown> }).config["global-mesh:values"], {
      istiod: { replicaCount: 2, env: { A: "1" } },
    });
  });

  it("keeps what Pulumi wrote beside config, so that earlier secrets can be read again", () => {
    const text = withOverlay(TRACKED, {}, {}, { encryptionsalt: "v1:abc" });
    assert.equal((parse(text) as { encryptionsalt: string }).encryptionsalt, "v1:abc");
  });

  it("carries along what the project file says of a setting that it adds to", () => {
    const text = withOverlay(
      "",
      { "p:values": { base: { b: 2 } } },
      { "p:values": { istiod: { a: 1 }, base: { b: 1 } } },
    );
    assert.deepEqual(parse(text), { config: { "p:values": { istiod: { a: 1 }, base: { b: 2 } } } });
  });

  it("takes out what it sets to null", () => {
    const overlay = { "p:charts": { repository: null, folder: "/charts" } };
    const text = withOverlay("", overlay, { "p:charts": { repository: "https://example.org" } });
    assert.deepEqual(parse(text), { config: { "p:charts": { folder: "/charts" } } });
  });

  it("takes out a whole setting, and how the tracked file's secrets are encrypted", () => {
    const text = withOverlay(
      `encryptionsalt: theirs\nconfig:\n  p:kubeconfig:\n    secure: v1:abc\n`,
      { "p:kubeconfig": null },
      {},
      { encryptionsalt: "ours" },
    );
    assert.deepEqual(parse(text), { config: {}, encryptionsalt: "ours" });
    assert.equal(withOverlay("encryptionsalt: theirs\n", {}).includes("theirs"), false);
  });

  it("works on a stack file that is empty", () => {
    assert.deepEqual(parse(withOverlay("", { "global-mesh:protect": false })), {
      config: { "global-mesh:protect": false },
    });
  });

  it("refuses a stack file that is no YAML", () => {
    assert.throws(() => withOverlay("config: [", {}), /stack file: /);
  });
});
