/** JSON, with `{$secret: …}` and `{$id: …}` in it. */
export type Data = null | boolean | number | string | Data[] | { [key: string]: Data };

/** One resource of a test's program. */
export interface ScenarioResource {
  /** A class name; anything else is made as a custom resource. */
  readonly type: string;
  readonly name: string;
  readonly args: Data;
  readonly dependsOn?: readonly string[];
  readonly options?: {
    readonly import?: string;
    readonly ignoreChanges?: string[];
    readonly customTimeouts?: { readonly create?: string; readonly delete?: string };
  };
}

/** What a test's program makes. */
export interface Scenario {
  readonly provider: Data;
  readonly resources: readonly ScenarioResource[];
  /** Resource and property of each stack output. */
  readonly outputs?: readonly (readonly [resource: string, property: string])[];
}
