import assert from "node:assert/strict";
import { SettingsError } from "../../../config/faults";
import { parseVariation, type Variation } from "./tracked";

/** What is said against settings, on one line. */
function said(set: NonNullable<Variation["set"]>): string {
  try {
    parseVariation({ set });
    return "";
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message.replaceAll(/\s+/g, " ");
  }
}

const LINKERD = {
  charts: { repository: "https://helm.linkerd.io/edge" },
  versions: { crds: "2026.8.3", controlPlane: "2026.8.3", viz: "2026.8.3" },
};

describe("settings of Linkerd", () => {
  it("choose Istio where nothing is said, and know where Linkerd's charts come from", () => {
    const { meshKind, linkerd } = parseVariation();
    assert.equal(meshKind, "istio");
    assert.deepEqual(linkerd.charts, { kind: "repository", url: "https://helm.linkerd.io/edge" });
  });

  it("have a default for all but charts and versions", () => {
    const { linkerd } = parseVariation({ set: { meshKind: "linkerd", linkerd: LINKERD } });
    assert.equal(linkerd.gatewayApi, "install");
    assert.equal(linkerd.viz, true);
    assert.deepEqual(linkerd.values, { crds: {}, controlPlane: {}, viz: {} });
  });

  const refused: readonly (readonly [NonNullable<Variation["set"]>, RegExp])[] = [
    [{ meshKind: "linkerd2" }, /global-mesh:meshKind\b.*linkerd2.*istio or linkerd/],
    [
      { linkerd: { ...LINKERD, charts: { repository: "https://a.example", folder: "/charts" } } },
      /global-mesh:linkerd\.charts\b.*folder, repository.*exactly one of/,
    ],
    [
      { linkerd: { ...LINKERD, versions: { ...LINKERD.versions, viz: "latest" } } },
      /global-mesh:linkerd\.versions\.viz\b.*latest.*2026\.8\.3/,
    ],
    [
      { meshKind: "linkerd", values: { istiod: { pilot: {} } } },
      /global-mesh:values\.istiod\b.*nothing with meshKind linkerd/,
    ],
    [
      { meshKind: "linkerd", overrides: { gateway: { replicaCount: 2 } } },
      /global-mesh:overrides\.gateway\b.*nothing with meshKind linkerd/,
    ],
    [
      { meshKind: "linkerd", egressGateway: "always" },
      /global-mesh:egressGateway\b.*never with meshKind linkerd/,
    ],
    [
      { meshKind: "linkerd", outboundTrafficPolicy: "REGISTRY_ONLY" },
      /global-mesh:outboundTrafficPolicy\b.*ALLOW_ANY with meshKind linkerd/,
    ],
    [
      { meshKind: "linkerd", observability: { prometheus: { enabled: true } } },
      /global-mesh:observability\.prometheus\.enabled\b.*false with meshKind linkerd/,
    ],
  ];
  for (const [set, words] of refused) {
    it(`refuse ${JSON.stringify(set).slice(0, 70)}`, () => {
      assert.match(said(set), words);
    });
  }
});
