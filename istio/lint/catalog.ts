import type { Region } from "../../topology";
import type { CompiledMesh } from "../compile";
import { partOf } from "../compile";
import type { Application } from "../intent";
import type { LintReport } from "./finding";
import type { LintCluster } from "./input";
import { lint } from "./lint";

/** A region, and what it was told. */
export interface LintRegion {
  readonly region: Pick<Region, "name" | "cluster" | "network">;
  /** Applications that run in the mesh, as this region's settings say it. */
  readonly applications: readonly Application[];
  readonly compiled: CompiledMesh;
  /**
   * Regions whose policy its API server holds, as a primary those of its remotes; none for a remote.
   * @default the region alone
   */
  readonly governs?: readonly string[];
}

/** Names that the whole mesh has in common. */
export interface LintCatalogOptions {
  readonly trustDomain: string;
  readonly rootNamespace: string;
}

/** Looks over what the catalog gives to all regions of a mesh. */
export function lintCatalog(regions: readonly LintRegion[], options: LintCatalogOptions): LintReport {
  const applications = new Map(
    regions.flatMap((one) => one.applications.map((application) => [application.name, application] as const)),
  );
  return lint(regions.map(lintCluster), {
    ...options,
    regions: regions.map(({ region }) => region.name),
    complete: true,
    otherCallers: [...applications.values()].flatMap(({ otherCallers = [] }) => otherCallers),
    suppressions: [...applications.values()].flatMap(({ name, suppress }) =>
      suppress.map((one) => ({ application: name, ...one })),
    ),
  });
}

/** What a region's cluster gets, and the services that it is about. */
export function lintCluster({ region, applications, compiled, ...rest }: LintRegion): LintCluster {
  const { name, cluster, network } = region;
  const { governs = [name] } = rest;
  const remote = governs.length === 0;
  const there = remote ? [name] : governs;
  return {
    name: cluster,
    region: name,
    network,
    remote,
    objects: remote ? [] : partOf(compiled, ...governs).entries,
    services: applications
      .flatMap(({ services }) => services)
      .filter((service) => compiled.distribution.clustersOf(service).some((one) => there.includes(one))),
  };
}
