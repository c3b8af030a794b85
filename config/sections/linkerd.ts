import { z } from "zod";
import { setting } from "../document";
import { chartSource, chartVersion } from "./charts";

/** Which service mesh the clusters run. */
export const meshKind = setting(z.enum(["istio", "linkerd"]), {
  description:
    "Which service mesh the clusters run, the same in every region. Linkerd does a part of what the catalog can say " +
    "and refuses the rest, and its regions are not linked (docs/linkerd.md). It is chosen before a mesh comes up: a " +
    "region that stands refuses the other kind.",
  allowed: "istio or linkerd",
});

const version = (chart: string): z.ZodType<string> =>
  setting(chartVersion, {
    description: `Version of the chart ${chart}.`,
    allowed: "a version in full, such as 2026.8.3",
  });

const HELM_VALUES = "an object with keys of the chart's values.yaml, and no private key";

const helmValues = z.record(z.string(), z.unknown()).default({});

const values = (chart: string): typeof helmValues =>
  setting(helmValues, { description: `Values of the chart ${chart}.`, allowed: HELM_VALUES });

/** Linkerd: its charts, what is installed, and your own values. */
export const linkerd = setting(
  z.strictObject({
    charts: setting(
      z.strictObject(
        chartSource({
          repository: "Address of a Helm repository; Linkerd's are https://helm.linkerd.io/edge and /stable.",
          registry: "Address of an OCI registry that mirrors the charts.",
          folder: {
            description:
              "A folder of unpacked charts, absolute or from the program's folder (helm pull --untar; a source tree lacks their dependencies).",
            allowed: "a folder with linkerd-crds, linkerd-control-plane and, if wanted, linkerd-viz",
          },
        }),
      ),
      {
        description:
          "Where the charts come from: exactly one of a repository, an OCI mirror, a local folder.",
        allowed: "exactly one of {repository}, {registry} and {folder}",
      },
    ),
    versions: setting(
      z.strictObject({
        crds: version("linkerd-crds"),
        controlPlane: version("linkerd-control-plane"),
        viz: version("linkerd-viz"),
      }),
      {
        description:
          "Version of each chart. Edge releases give all three the same; the stable repository numbers each by itself.",
        allowed: "an object with crds, controlPlane, viz",
      },
    ),
    gatewayApi: setting(z.enum(["install", "existing"]).default("install"), {
      description:
        "Where the Gateway API's HTTPRoute comes from, which Linkerd routes by: install takes it from linkerd-crds, " +
        "existing expects it in the cluster already.",
      allowed: "install or existing",
    }),
    viz: setting(z.boolean().default(true), {
      description: "Whether linkerd-viz is installed: metrics, tap and the dashboard, reachable only inside.",
      allowed: "true or false",
    }),
    values: setting(
      z
        .strictObject({
          crds: values("linkerd-crds"),
          controlPlane: values("linkerd-control-plane"),
          viz: values("linkerd-viz"),
        })
        .prefault({}),
      {
        description: "Your own Helm values; they win over all others.",
        allowed: "an object with crds, controlPlane, viz",
      },
    ),
  }),
  {
    description: "Linkerd, where meshKind says so; without it nothing of this counts.",
    allowed: "an object with charts, versions and, if wanted, gatewayApi, viz, values",
  },
);
