/** A span of time as Istio writes it: a number and its unit, as in `"250ms"`, `"5s"`, `"3m"`, `"24h"`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}`;

/** A share of requests from 0 to 100; fractions such as 0.1 are allowed, unless a setting says whole. */
export type Percent = number;

/**
 * A text to compare with: a plain string means exactly that text, `prefix` what begins with it, `regex` an RE2
 * expression that matches all of it (Istio, StringMatch).
 */
export type TextMatch = string | { readonly prefix: string } | { readonly regex: string };

/** Methods that HTTP defines as safe to repeat (RFC 9110, 9.2.2). */
export const IDEMPOTENT_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"] as const;
