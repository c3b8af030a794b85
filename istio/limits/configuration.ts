import { stringify } from "yaml";
import type { GlobalRateLimit, Service } from "../intent";
import type { ConfigMap } from "../model";
import { metadata } from "../model";
import type { BuildScope } from "../scope";
import { entryKey } from "../scope";
import { serviceAddress } from "./address";
import { LIMIT_KEY, limitDomain } from "./global";

/**
 * What the rate limit service counts, one file for each service that has global limits (github.com/envoyproxy/ratelimit,
 * "Configuration"). None where no service has any.
 */
export function rateLimitConfiguration({
  applications,
  rateLimitService,
}: BuildScope): ConfigMap | undefined {
  if (rateLimitService === undefined) return undefined;
  const address = serviceAddress(rateLimitService.address);
  const limited = applications
    .flatMap(({ services }) => services)
    .filter(({ globalRateLimits = [] }) => globalRateLimits.length > 0)
    .toSorted((left, right) => (entryKey(left) < entryKey(right) ? -1 : 1));
  if (address === undefined || limited.length === 0) return undefined;
  const name = rateLimitService.configMap ?? "ratelimit-config";
  return {
    metadata: metadata("rate-limit", address.namespace, name),
    data: Object.fromEntries(limited.map((service) => [`${limitDomain(service)}.yaml`, file(service)])),
  };
}

function file(service: Service): string {
  const { globalRateLimits = [] } = service;
  const configuration = { domain: limitDomain(service), descriptors: globalRateLimits.map(descriptor) };
  // The service reads YAML 1.1, which takes many a plain word for something else than a text.
  return stringify(configuration, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}

/** A descriptor without a value counts every value of its key for itself. */
function descriptor({ name, perHeader, requests, per }: GlobalRateLimit) {
  return {
    key: LIMIT_KEY,
    value: name,
    descriptors: [{ key: perHeader, rate_limit: { unit: per, requests_per_unit: requests } }],
  };
}
