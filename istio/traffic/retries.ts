import type { Duration, Retries, RetryCondition } from "../intent";
import { IDEMPOTENT_METHODS } from "../intent";
import type { HttpRetry } from "../model";

/** Failures before a workload has seen the request: whatever its method, nothing is done twice. */
export const UNSEEN: readonly RetryCondition[] = [
  "connect-failure",
  "refused-stream",
  "reset-before-request",
];

/** What counts as failed where nothing is said. */
export const DEFAULT_CONDITIONS: readonly RetryCondition[] = ["connect-failure", "refused-stream"];

/** Retries of the methods that may be repeated, and of the others; `undefined` where all methods are alike. */
export interface RetrySplit {
  readonly methods: readonly string[] | undefined;
  readonly retries: HttpRetry;
  /** Retries of the methods that are not named. */
  readonly others: HttpRetry;
}

/** Retries in the terms of Istio, apart by method where a repetition could do something twice. */
export function retrySplit({ attempts, perTryTimeout, on, methods }: Retries): RetrySplit {
  if (attempts === 0) return { methods: undefined, retries: { attempts: 0 }, others: { attempts: 0 } };
  const conditions = on ?? DEFAULT_CONDITIONS;
  const isUnseen = conditions.every((condition) => UNSEEN.includes(condition));
  return {
    methods:
      methods === "all" || (methods === undefined && isUnseen) ? undefined : (methods ?? IDEMPOTENT_METHODS),
    retries: retry(attempts, conditions, perTryTimeout),
    others: retry(attempts, DEFAULT_CONDITIONS),
  };
}

function retry(attempts: number, on: readonly RetryCondition[], perTryTimeout?: Duration): HttpRetry {
  return {
    attempts,
    ...(perTryTimeout === undefined ? {} : { perTryTimeout }),
    retryOn: on.join(","),
  };
}
