import { imageName } from "../images";
import type { Container } from "../types";
import { appRunner } from "./app";
import { curlRunner } from "./curl";
import { pilotRunner } from "./pilot";
import { proxyRunner } from "./proxy";
import type { Executables, Runner } from "./runner";

export type { Command, DataPlanePrograms, Executables, PodNetwork, RunContext, Runner } from "./runner";
export { CONTROL_PORT } from "./app";
export { ISTIOD_POD_PORTS } from "./pilot";

/** The runners for the programs that are there. A new kind of container is one more entry. */
export function runnersFor(executables: Executables, processors: number): readonly Runner[] {
  const { pilotDiscovery, dataPlane } = executables;
  return [
    ...(pilotDiscovery === undefined ? [] : [pilotRunner(pilotDiscovery, processors)]),
    ...(dataPlane === undefined
      ? []
      : [proxyRunner(dataPlane), appRunner(dataPlane.app), curlRunner(dataPlane.app)]),
  ];
}

/** The runner of a container, or undefined when it can only be simulated. */
export function runnerOf(container: Container, runners: readonly Runner[]): Runner | undefined {
  const name = imageName(container.image);
  return runners.find((runner) => runner.image === name && runner.claims(container));
}
