import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { GATEWAY_NAME, istioValues, type ChartValues, type ValuesInput } from "../../../istio/values";

/** A rendered object, or a part of one. */
export interface Fields {
  readonly [key: string]: unknown;
}

const RELEASES: Readonly<Record<keyof ChartValues, string>> = {
  base: "istio-base",
  istiod: "istiod",
  gateway: GATEWAY_NAME,
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

  /** The only object of that kind that a chart renders, or undefined. */
  find(chart: keyof ChartValues, kind: string, name?: string): Fields | undefined {
    const found = this.all(chart).filter(
      (object) => object["kind"] === kind && (name === undefined || at(object, "metadata.name") === name),
    );
    if (found.length > 1) throw new Error(`${chart} renders ${found.length} objects of kind ${kind}`);
    return found[0];
  }

  /** All that a chart renders; each chart is rendered once, when it is asked for. */
  all(chart: keyof ChartValues): readonly Fields[] {
    const objects = this.objects.get(chart) ?? render(chart, this.values[chart]);
    this.objects.set(chart, objects);
    return objects;
  }
}

/** The value at a dotted path, where numbers are places in lists. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((part, key) => (part as Fields | undefined)?.[key], value);
}

function render(chart: keyof ChartValues, values: unknown): readonly Fields[] {
  const helm = path.join(required("SANDBOX_TEST_TOOLS"), "helm");
  const folder = path.join(required("SANDBOX_TEST_CHARTS"), chart);
  const text = execFileSync(
    helm,
    ["template", RELEASES[chart], folder, "--namespace", "istio-system", "--values", "-"],
    { input: JSON.stringify(values), encoding: "utf8", maxBuffer: 64 * 1024 * 1024, stdio: "pipe" },
  );
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Fields | null)
    .filter((object) => object !== null);
}

function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || !existsSync(value)) throw new Error(`${variable} names no folder.`);
  return value;
}
