import type { ConnectionPool, LoadBalancing, Outlier, Service } from "../intent";
import { outlierDefaults } from "../traffic/locality";
import type { Fault } from "./fault";
import { checkPathText } from "./requestMatch";
import { checkDuration, checkWhole } from "./values";

const MOST_INT32 = 2 ** 31 - 1;
const MOST_UINT32 = 2 ** 32 - 1;
/** Envoy's limit of a ring. */
const LARGEST_RING = 8_388_608;
const YEAR_MS = 365 * 86_400_000;

/** Faults of how clients choose among workloads, how much they ask of them, and whom they leave out. */
export function checkResilience(setting: string, service: Service): readonly Fault[] {
  const { loadBalancing, connectionPool, outlier } = service;
  return [
    ...(loadBalancing === undefined ? [] : checkBalancing(`${setting}.loadBalancing`, loadBalancing)),
    ...(connectionPool === undefined ? [] : checkPool(`${setting}.connectionPool`, connectionPool)),
    ...(outlier === undefined ? [] : checkOutlier(`${setting}.outlier`, outlier)),
  ];
}

function checkBalancing(setting: string, balancing: LoadBalancing): readonly Fault[] {
  if (typeof balancing === "string") return [];
  const { hashBy, minimumRingSize } = balancing;
  return [
    ...checkKey(`${setting}.hashBy`, hashBy),
    ...checkWhole(`${setting}.minimumRingSize`, minimumRingSize, 1, LARGEST_RING),
  ];
}

const KEYS = ["header", "cookie", "queryParameter", "sourceAddress"];

function checkKey(setting: string, hashBy: Exclude<LoadBalancing, string>["hashBy"]): readonly Fault[] {
  const said = Object.keys(hashBy).filter((key) => KEYS.includes(key));
  if (said.length !== 1) {
    return [{ setting, value: said, allowed: `exactly one of ${KEYS.join(", ")}`, fix: "Keep one of them" }];
  }
  const [name] = Object.values(hashBy) as (string | true)[];
  const named: readonly Fault[] =
    name === true || /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name ?? "")
      ? []
      : [{ setting, value: name, allowed: "a name without spaces", fix: "Correct the name" }];
  if (!("cookie" in hashBy)) return named;
  return [
    ...named,
    ...checkDuration(`${setting}.ttl`, hashBy.ttl, { leastMs: 0, mostMs: YEAR_MS }),
    ...(hashBy.path === undefined ? [] : checkPathText(`${setting}.path`, hashBy.path)),
  ];
}

/** Faults of the limits towards some workloads. */
export function checkPool(setting: string, pool: ConnectionPool): readonly Fault[] {
  const { connectTimeout, idleTimeout, ...counts } = pool;
  const said = Object.entries(counts) as [string, number | undefined][];
  if (Object.values(pool).every((value) => value === undefined)) {
    const fix = "Set a limit, or take it out";
    return [{ setting, value: pool, allowed: "at least one limit", fix }];
  }
  return [
    // Istio reads 0 as "not said", which is no limit at all.
    ...said.flatMap(([name, value]) => checkWhole(`${setting}.${name}`, value, 1, MOST_INT32)),
    ...checkDuration(`${setting}.connectTimeout`, connectTimeout),
    ...checkDuration(`${setting}.idleTimeout`, idleTimeout),
  ];
}

/** Limits that count connections; the others count requests. */
const OF_CONNECTIONS = ["maxConnections", "connectTimeout", "idleTimeout"];

/** Limits of a connection pool that mean nothing where no request is seen. */
export function requestLimits(pool: ConnectionPool = {}): readonly string[] {
  return Object.keys(pool).filter((key) => !OF_CONNECTIONS.includes(key));
}

function checkOutlier(setting: string, outlier: Outlier): readonly Fault[] {
  const { consecutiveGatewayErrors, consecutive5xxErrors, maxEjectionPercent, minHealthPercent } = outlier;
  const counted = consecutiveGatewayErrors ?? outlierDefaults.consecutiveGatewayErrors;
  const never: readonly Fault[] =
    counted > 0 || (consecutive5xxErrors ?? outlierDefaults.consecutive5xxErrors) > 0
      ? []
      : [
          {
            setting,
            value: outlier,
            allowed: "consecutiveGatewayErrors or consecutive5xxErrors above 0",
            fix: "Say after how many errors a workload is left out, or take outlier out",
          },
        ];
  return [
    ...never,
    ...checkWhole(`${setting}.consecutiveGatewayErrors`, consecutiveGatewayErrors, 0, MOST_UINT32),
    ...checkWhole(`${setting}.consecutive5xxErrors`, consecutive5xxErrors, 0, MOST_UINT32),
    ...checkDuration(`${setting}.interval`, outlier.interval),
    ...checkDuration(`${setting}.baseEjectionTime`, outlier.baseEjectionTime),
    // With 0 Istio says nothing to Envoy, whose own default is 10.
    ...checkWhole(`${setting}.maxEjectionPercent`, maxEjectionPercent, 1, 100),
    ...checkWhole(`${setting}.minHealthPercent`, minHealthPercent, 0, 100),
  ];
}
