import { shownAddress } from "./address";
import type { Finding } from "./fault";
import { at, isFields, items } from "./fields";

/** Keys for tokens that are fetched in plaintext, so that anyone on the way can put in his own. */
export function plaintextKeys(spec: unknown): readonly Finding[] {
  return items("spec.jwtRules", at(spec, "jwtRules")).flatMap(({ setting, value }) => {
    const uri = value["jwksUri"];
    if (typeof uri !== "string" || !/^http:/i.test(uri)) return [];
    return [
      { setting: `${setting}.jwksUri`, value: shownAddress(uri), allowed: "an https address, or jwks" },
    ];
  });
}

/** Labels of a namespace that ask two control planes for proxies (IST0123); the one with a revision then loses. */
export function competingInjection(labels: unknown): readonly Finding[] {
  if (!isFields(labels)) return [];
  const [injection, revision] = [labels["istio-injection"], labels["istio.io/rev"]];
  if (typeof injection !== "string" || typeof revision !== "string") return [];
  return [
    {
      setting: "metadata.labels",
      value: { "istio-injection": injection, "istio.io/rev": revision },
      allowed: "one of the two",
    },
  ];
}

/** How a namespace comes to have proxies. */
export function isInMesh(labels: unknown): boolean {
  const injection = at(labels, "istio-injection");
  if (injection === "disabled") return false;
  return (
    injection === "enabled" ||
    typeof at(labels, "istio.io/rev") === "string" ||
    at(labels, "istio.io/dataplane-mode") === "ambient"
  );
}

/** Settings of istiod that take a check away, and the value of each that does. */
const UNSAFE: Readonly<Record<string, RegExp>> = {
  // Whoever may write a Secret in istio-system then runs programs in istiod (exec), or reads its files.
  PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS: /\S/,
  PILOT_SKIP_VALIDATE_TRUST_DOMAIN: /^(true|1|t)$/i,
  XDS_AUTH: /^(false|0|f)$/i,
  PILOT_ENABLE_XDS_IDENTITY_CHECK: /^(false|0|f)$/i,
  ENABLE_DEBUG_ENDPOINT_AUTH: /^(false|0|f)$/i,
  UNSAFE_ENABLE_ADMIN_ENDPOINTS: /^(true|1|t)$/i,
  JWKS_RESOLVER_INSECURE_SKIP_VERIFY: /^(true|1|t)$/i,
};

/** Environment of a container, by which istiod would leave a check out. */
export function unsafeIstiod(setting: string, environment: unknown): readonly Finding[] {
  return items(setting, environment).flatMap((entry) => {
    const { name, value } = entry.value;
    if (typeof name !== "string" || typeof value !== "string" || !Object.hasOwn(UNSAFE, name)) return [];
    if (UNSAFE[name]?.test(value) !== true) return [];
    return [{ setting: `${entry.setting} (${name})`, value, allowed: "Istio's default: leave it out" }];
  });
}
