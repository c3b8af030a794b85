import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { IstioObject } from "../../istio/model";

const FOLDER = path.resolve(__dirname, "..", "golden");

interface Dump {
  readonly resources: readonly { readonly type: string; readonly inputs: unknown }[];
}

/** An object of Istio in a golden dump. */
export interface GoldenObject {
  /** Name of the dump's file. */
  readonly file: string;
  readonly object: IstioObject;
}

/** Every object of Istio that any stack of any topology registers, as the golden dumps have it. */
export function goldenObjects(): readonly GoldenObject[] {
  return (readdirSync(FOLDER, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".json"))
    .toSorted()
    .flatMap((file) => {
      const { resources = [] } = JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")) as Partial<Dump>;
      return resources
        .filter(({ type }) => /^kubernetes:[\w.]+\.istio\.io\//.test(type))
        .map(({ inputs }) => ({ file, object: inputs as IstioObject }));
    });
}
