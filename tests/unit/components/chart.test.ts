import assert from "node:assert/strict";
import path from "node:path";
import { chartReference } from "../../../components/mesh/chart";

const everywhere = (): boolean => true;

describe("the source of a chart", () => {
  it("is a repository with a version", () => {
    assert.deepEqual(
      chartReference({ kind: "repository", url: "https://charts" }, "istiod", "1.31.1", everywhere),
      {
        chart: "istiod",
        version: "1.31.1",
        repositoryOpts: { repo: "https://charts" },
      },
    );
  });

  it("is an OCI registry with a version", () => {
    for (const url of ["oci://mirror/istio", "oci://mirror/istio/"]) {
      assert.deepEqual(chartReference({ kind: "registry", url }, "base", "1.31.1", everywhere), {
        chart: "oci://mirror/istio/base",
        version: "1.31.1",
      });
    }
  });

  it("is a folder of Istio's source tree, absolute and without a version", () => {
    const inTree = (folder: string): boolean => !folder.includes(`${path.sep}istiod`);
    assert.deepEqual(chartReference({ kind: "folder", path: "charts" }, "istiod", "1.31.1", inTree), {
      chart: path.resolve("charts", "istio-control", "istio-discovery"),
    });
  });

  it("is a folder of unpacked charts", () => {
    const unpacked = (folder: string): boolean => !folder.includes("istio-control");
    assert.deepEqual(
      chartReference({ kind: "folder", path: "/charts" }, "istiod", "1.31.1", (folder) => unpacked(folder)),
      { chart: path.resolve("/charts", "istiod") },
    );
  });

  it("is refused where the folder has no such chart", () => {
    assert.throws(
      () => chartReference({ kind: "folder", path: "/charts" }, "gateway", "1.31.1", () => false),
      {
        message:
          'global-mesh:charts.folder: got "/charts", which has no chart gateway; looked for Chart.yaml in ' +
          `${path.resolve("/charts/gateway")}, ${path.resolve("/charts/gateways/gateway")}. Give the folder ` +
          "manifests/charts of Istio, or of unpacked charts",
      },
    );
  });
});
