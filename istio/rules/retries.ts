import type { Duration, Retries, Service } from "../intent";
import { retrySplit } from "../traffic/retries";
import type { Fault } from "./fault";
import { checkMethods } from "./requestMatch";
import { checkDuration, checkWhole, milliseconds } from "./values";

/** Conditions of which Envoy knows, as `RetryCondition` types them. */
const CONDITIONS: readonly string[] = [
  ...["5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "refused-stream"],
  ...["retriable-4xx", "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"],
];

const MOST_ATTEMPTS = 10;

/** Faults of retries within a timeout. */
export function checkRetries(
  setting: string,
  retries: Retries,
  timeout: Duration | undefined,
  protocol: Service["protocol"],
): readonly Fault[] {
  const { attempts, perTryTimeout, on, methods } = retries;
  return [
    ...checkWhole(`${setting}.attempts`, attempts, 0, MOST_ATTEMPTS),
    ...checkDuration(`${setting}.perTryTimeout`, perTryTimeout),
    ...(on === undefined ? [] : checkConditions(`${setting}.on`, on)),
    ...(methods === undefined || methods === "all" ? [] : checkMethods(`${setting}.methods`, methods)),
    ...checkNone(setting, retries),
    ...checkFit(setting, retries, timeout),
    ...(protocol === "GRPC" ? checkGrpc(setting, retries) : []),
  ];
}

function checkConditions(setting: string, on: readonly string[]): readonly Fault[] {
  const unknown = on.filter((condition) => !CONDITIONS.includes(condition));
  if (on.length > 0 && unknown.length === 0) return [];
  const fix = on.length === 0 ? "Leave it out for the default" : "Take one of these";
  return [{ setting, value: unknown, allowed: `at least one of ${CONDITIONS.join(", ")}`, fix }];
}

/** istiod refuses conditions of retries that are turned off. */
function checkNone(setting: string, { attempts, ...rest }: Retries): readonly Fault[] {
  const said = Object.keys(rest).filter((key) => rest[key as keyof typeof rest] !== undefined);
  if (attempts !== 0 || said.length === 0) return [];
  return [
    {
      setting,
      value: said,
      allowed: "nothing beside attempts: 0, which turns retries off",
      fix: `Take out ${said.join(", ")}, or raise attempts`,
    },
  ];
}

/** The timeout ends the request whatever is still to be tried. */
function checkFit(
  setting: string,
  { attempts, perTryTimeout }: Retries,
  timeout: Duration | undefined,
): readonly Fault[] {
  const [each, whole] = [milliseconds(perTryTimeout ?? ""), milliseconds(timeout ?? "")];
  if (each === undefined || whole === undefined || Math.max(attempts, 1) * each <= whole) return [];
  return [
    {
      setting: `${setting}.perTryTimeout`,
      value: perTryTimeout,
      allowed: `what fits ${Math.max(attempts, 1)} times into the timeout of ${timeout ?? ""}`,
      fix: "Shorten it, take fewer attempts, or raise the timeout",
    },
  ];
}

/** A gRPC request is a POST, which is not among the methods that may be repeated. */
function checkGrpc(setting: string, retries: Retries): readonly Fault[] {
  if (retrySplit(retries).methods?.includes("POST") !== false) return [];
  return [
    {
      setting: `${setting}.methods`,
      value: retries.methods,
      allowed: '"all" on a gRPC port, whose requests are all POST',
      fix: 'Say methods: "all" where the service recognizes a repetition, or leave "on" to its default',
    },
  ];
}
