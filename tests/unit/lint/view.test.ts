import assert from "node:assert/strict";
import { HostIndex } from "../../../istio/lint/view/hosts";
import { SelectorIndex } from "../../../istio/lint/view/labels";
import { ModeIndex } from "../../../istio/lint/view/modes";
import { viewed } from "../../../istio/lint/view/object";
import { durationMs } from "../../../istio/rules/timeouts";
import { codes, findings } from "./support";
import { GOOD } from "./corpus/good";

describe("lint: what is known of a mesh", () => {
  it("finds hosts by name, by a wildcard that covers them, and wildcards by what they cover", () => {
    const index = new HostIndex();
    for (const host of ["cart.shops.svc.cluster.local", "*.bank.example.com"]) {
      index.add({ host, namespace: "shops", external: false, inline: false });
    }
    const hosts = [
      "cart.shops.svc.cluster.local",
      "api.bank.example.com",
      "*.local",
      "*.shops.svc.cluster.local",
      "*",
    ];
    for (const host of hosts) assert.equal(index.declares(host), true, host);
    for (const host of ["bank.example.com", "cart.svc.cluster.local", "*.other.svc.cluster.local"]) {
      assert.equal(index.declares(host), false, host);
    }
    assert.equal(index.knowsNamespaceOf("x.shops.svc.cluster.local"), true);
    assert.equal(index.knowsNamespaceOf("x.other.svc.cluster.local"), false);
    assert.equal(index.knowsNamespaceOf("x.example.com"), undefined);
  });

  it("finds what selects labels, and only that", () => {
    const index = new SelectorIndex<string>();
    index.add("a", {}, "all");
    index.add("a", { app: "x" }, "x");
    index.add("a", { app: "x", version: "v1" }, "x-v1");
    index.add("b", { app: "x" }, "other");
    assert.deepEqual(index.ofAll("a"), ["all"]);
    assert.deepEqual(index.selecting("a", { app: "x" }), ["x"]);
    assert.deepEqual(index.selecting("a", { app: "x", version: "v1" }), ["x", "x-v1"]);
    assert.deepEqual(index.selecting("a", { app: "y" }), []);
  });

  it("takes the narrowest mode that is said", () => {
    const policy = (namespace: string, spec: object) =>
      viewed({
        file: "",
        line: 1,
        object: { kind: "PeerAuthentication", metadata: { name: "p", namespace }, spec },
      });
    const index = new ModeIndex(
      [
        policy("istio-system", { mtls: { mode: "STRICT" } }),
        policy("a", { mtls: { mode: "PERMISSIVE" } }),
        policy("a", { selector: { matchLabels: { app: "x" } }, mtls: { mode: "DISABLE" } }),
        policy("a", { selector: { matchLabels: { app: "y" } }, mtls: { mode: "UNSET" } }),
      ],
      "istio-system",
    );
    assert.equal(index.modeOf("a", { app: "x" }), "DISABLE");
    assert.equal(index.modeOf("a", { app: "y" }), "PERMISSIVE");
    assert.equal(index.modeOf("b", { app: "x" }), "STRICT");
  });

  it("reads durations as Istio writes them", () => {
    const cases = { "1h30m": 5_400_000, "1.5s": 1500, "250ms": 250, "0s": 0 };
    for (const [text, ms] of Object.entries(cases)) assert.equal(durationMs(text), ms, text);
    for (const text of ["5", "s", "", undefined, 5]) assert.equal(durationMs(text), undefined);
  });

  it("says nothing of what files do not show", () => {
    const alone = (kind: string): string =>
      GOOD.split("---\n")
        .filter((text) => new RegExp(`^kind: ${kind}$`, "m").test(text))
        .join("---\n");
    for (const kind of ["VirtualService", "DestinationRule", "AuthorizationPolicy", "PeerAuthentication"]) {
      const found = findings(alone(kind));
      assert.deepEqual(codes(found), kind === "AuthorizationPolicy" ? ["GM504"] : [], kind);
    }
  });
});
