import { isMap, own, UNKNOWN, type Plain, type PlainMap } from "../../wire";
import { without } from "../plain";
import { DEFAULT_TIMEOUT_SECONDS } from "./inputs";
import { resourceNames } from "./manifest";
import type { ReleaseRecord } from "./storage";

/** The outputs of a release as it stands in the cluster. */
export function releaseOutputs(inputs: PlainMap, record: ReleaseRecord, before: PlainMap = {}): PlainMap {
  const { metadata } = record.chart;
  const values = record.config ?? {};
  // The checksum is of what was installed, which a refresh cannot see in the cluster.
  const checksum: Plain | undefined = own(before, "checksum") ?? own(inputs, "checksum");
  return {
    ...without(inputs, "values", "checksum"),
    ...(Object.keys(values).length === 0 && own(inputs, "values") === undefined ? {} : { values }),
    ...(checksum === undefined ? {} : { checksum }),
    version: metadata.version,
    resourceNames: resourceNames(record.manifest),
    status: {
      name: record.name,
      namespace: record.namespace,
      revision: record.version,
      status: record.info.status,
      chart: metadata.name,
      version: metadata.version,
      ...(metadata.appVersion === undefined ? {} : { appVersion: metadata.appVersion }),
    },
  };
}

/** The outputs that a preview can know. */
export function previewOutputs(inputs: PlainMap): PlainMap {
  return { ...inputs, status: UNKNOWN, resourceNames: UNKNOWN };
}

/** Inputs of a release that was not made by a program, for an import. */
export function importInputs(record: ReleaseRecord): PlainMap {
  const { name, namespace, config, chart } = record;
  return {
    name,
    namespace,
    chart: chart.metadata.name,
    version: chart.metadata.version,
    timeout: DEFAULT_TIMEOUT_SECONDS,
    ...(config === undefined || config === null || Object.keys(config).length === 0
      ? {}
      : { values: config }),
  };
}

/**
 * What stands of the places that the old or the new inputs speak of: a value that somebody added by hand is
 * no difference, one that was changed or taken away is.
 */
export function standing(live: Plain, oldInputs: Plain, news: Plain): Plain {
  if (!isMap(live)) return live;
  const [old, now] = [isMap(oldInputs) ? oldInputs : {}, isMap(news) ? news : {}];
  return Object.fromEntries(
    Object.entries(live).flatMap(([key, item]) => {
      const [before, after] = [own(old, key), own(now, key)];
      if (before === undefined && after === undefined) return [];
      return [[key, standing(item, before ?? null, after ?? null)]];
    }),
  );
}
