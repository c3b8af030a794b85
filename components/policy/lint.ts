import * as pulumi from "@pulumi/pulumi";
import { chooseApplications, type Catalog } from "../../istio/choose";
import type { CompiledMesh } from "../../istio/compile";
import { describeFinding, lintCatalog, type LintReport } from "../../istio/lint";
import type { PolicySettings } from "../../istio/region";
import { governedBy } from "../../topology";
import { SYSTEM_NAMESPACE } from "../internal/labels";

/**
 * Looks over what all regions get before this one applies its part: an error of the linter stops the program, which
 * has made nothing yet, and warnings are said once.
 */
export function checkPolicy(settings: PolicySettings, catalog: Catalog, compiled: CompiledMesh): void {
  const { findings } = lintPolicy(settings, catalog, compiled);
  for (const finding of findings) {
    if (finding.severity === "warning") void pulumi.log.warn(describeFinding(finding));
  }
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  const count = errors.length === 1 ? "1 error" : `${errors.length} errors`;
  throw new pulumi.RunError(
    [
      `${count} of the linter in what the catalog gives to the regions. Nothing was changed.`,
      ...errors.map((finding) => `  - ${describeFinding(finding)}`),
      "What is meant to be so is suppressed in the catalog, with the reason (docs/lint.md).",
    ].join("\n"),
  );
}

/** All regions as this one's settings say them: every stack that shares its settings finds the same. */
function lintPolicy(settings: PolicySettings, catalog: Catalog, compiled: CompiledMesh): LintReport {
  const { applications } = chooseApplications(catalog, settings.applications);
  const { mesh } = settings;
  return lintCatalog(
    mesh.regions.map((region) => ({
      region,
      applications,
      compiled,
      governs: governedBy(mesh, region.name).map(({ name }) => name),
    })),
    { trustDomain: settings.trustDomain, rootNamespace: SYSTEM_NAMESPACE },
  );
}
