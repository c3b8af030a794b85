import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { GATEWAYS, istioValues, type ChartValues, type ValuesInput } from "../../../istio/values";

/** A rendered object, or a part of one. */
export interface Fields {
  readonly [key: string]: unknown;
}

interface ReleaseOf {
  /** Folder of the chart. */
  readonly chart: string;
  readonly release: string;
  readonly namespace: string;
}

const SYSTEM = { namespace: "istio-system" };

const RELEASES: Readonly<Record<keyof ChartValues, ReleaseOf>> = {
  base: { chart: "base", release: "istio-base", ...SYSTEM },
  istiod: { chart: "istiod", release: "istiod", ...SYSTEM },
  gateway: { chart: "gateway", ...GATEWAYS.gateway },
  egressGateway: { chart: "gateway", ...GATEWAYS.egressGateway },
  internalGateway: { chart: "gateway", ...GATEWAYS.internalGateway },
};

/** What the values of an input make of the pinned charts. */
export class Rendered {
  private readonly values: ChartValues;
  private readonly objects = new Map<keyof ChartValues, readonly Fields[]>();

  constructor(input: Partial<ValuesInput>) {
    this.values = istioValues({
      profile: "default",
      istioVersion: "1.31.1",
      revision: "default",
      meshId: "mesh1",
      clusterName: "eastus-cluster",
      network: "network1",
      trustDomain: "mesh.example",
      ...input,
    });
  }

  /** The only object of that kind that a release renders, or undefined. */
  find(release: keyof ChartValues, kind: string, name?: string): Fields | undefined {
    const found = this.all(release).filter(
      (object) => object["kind"] === kind && (name === undefined || at(object, "metadata.name") === name),
    );
    if (found.length > 1) throw new Error(`${release} renders ${found.length} objects of kind ${kind}`);
    return found[0];
  }

  /** All that a release renders; each is rendered once, when it is asked for. */
  all(release: keyof ChartValues): readonly Fields[] {
    const objects = this.objects.get(release) ?? render(RELEASES[release], this.values[release]);
    this.objects.set(release, objects);
    return objects;
  }
}

/** The value at a dotted path, where numbers are places in lists. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((part, key) => (part as Fields | undefined)?.[key], value);
}

/** The settings that istiod starts with. */
export function meshConfig(rendered: Rendered, name = "istio"): unknown {
  return parse(String(at(rendered.find("istiod", "ConfigMap", name), "data.mesh")));
}

function render({ chart, release, namespace }: ReleaseOf, values: unknown): readonly Fields[] {
  const helm = path.join(required("SANDBOX_TEST_TOOLS"), "helm");
  const folder = path.join(required("SANDBOX_TEST_CHARTS"), chart);
  const text = execFileSync(helm, ["template", release, folder, "--namespace", namespace, "--values", "-"], {
    input: JSON.stringify(values),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: "pipe",
  });
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Fields | null)
    .filter((object) => object !== null);
}

/** A folder that the test runner names. */
export function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || !existsSync(value)) throw new Error(`${variable} names no folder.`);
  return value;
}
