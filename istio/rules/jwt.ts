import type { JwtIssuer } from "../intent";
import { shownAddress } from "./address";
import type { Fault } from "./fault";
import { checkList } from "./lists";
import { duplicates } from "./names";
import { isClaim } from "./token";

/** Headers whose meaning is the proxy's own, so that no claim may be written over them. */
const RESERVED =
  /^(authorization|connection|content-length|host|te|transfer-encoding|upgrade|x-envoy-.*|x-forwarded-.*)$/;

/** Members of a key that only its owner may know (RFC 7518, 6). */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** Faults of the issuers that a service believes. */
export function checkJwt(setting: string, issuers: readonly JwtIssuer[] | undefined): readonly Fault[] {
  if (issuers === undefined) return [];
  return [
    ...(issuers.length === 0 ? checkList(setting, issuers) : []),
    ...duplicates(issuers.map(({ issuer }) => issuer)).map((value) => ({
      setting,
      value,
      allowed: "each issuer only once",
      fix: "Merge the two entries",
    })),
    ...issuers.flatMap((issuer, index) => checkIssuer(`${setting}[${index}]`, issuer)),
    ...unevenHeaders(setting, issuers),
  ];
}

/**
 * Envoy asks one issuer after the other until one takes the token, and takes a client's own header out only for
 * those that it has asked: with a token of the first a client could forge what the second alone sets.
 */
function unevenHeaders(setting: string, issuers: readonly JwtIssuer[]): readonly Fault[] {
  const all = [...new Set(issuers.flatMap(({ claimHeaders = {} }) => Object.keys(claimHeaders)))].toSorted();
  return issuers.flatMap(({ claimHeaders = {} }, index) => {
    const missing = all.filter((header) => !Object.hasOwn(claimHeaders, header));
    if (missing.length === 0) return [];
    return [
      {
        setting: `${setting}[${index}].claimHeaders`,
        value: Object.keys(claimHeaders),
        allowed: `the headers of every issuer of the service: ${all.join(", ")}`,
        fix: `Name ${missing.join(", ")} here, too; a token without the claim then gives no such header`,
      },
    ];
  });
}

function checkIssuer(setting: string, issuer: JwtIssuer): readonly Fault[] {
  return [
    ...(issuer.issuer === "" || issuer.issuer.startsWith("http://")
      ? [
          {
            setting: `${setting}.issuer`,
            value: issuer.issuer,
            allowed: "the iss of the tokens, an https address or a name",
            fix: 'Write it like "https://accounts.example.com"',
          },
        ]
      : []),
    ...checkKeys(setting, issuer),
    ...checkList(`${setting}.audiences`, issuer.audiences),
    ...(issuer.audiences ?? [])
      .filter((audience) => audience === "")
      .map((value) => ({
        setting: `${setting}.audiences`,
        value,
        allowed: "texts that are not empty",
        fix: "Take it out",
      })),
    ...(issuer.fromHeader === undefined
      ? []
      : checkHeader(`${setting}.fromHeader.name`, issuer.fromHeader.name)),
    ...checkClaimHeaders(`${setting}.claimHeaders`, issuer.claimHeaders ?? {}),
  ];
}

function checkKeys(setting: string, { jwksUri, jwks }: JwtIssuer): readonly Fault[] {
  const given = Object.entries({ jwksUri, jwks }).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    return [
      {
        setting,
        value: given.map(([name]) => name),
        allowed: "exactly one of jwksUri and jwks",
        fix: "Say where the issuer's public keys are, or write them out",
      },
    ];
  }
  if (jwksUri !== undefined && !isHttps(jwksUri)) {
    return [
      {
        setting: `${setting}.jwksUri`,
        value: shownAddress(jwksUri),
        allowed: "an https address: whoever sits on the way could hand istiod keys of his own",
        fix: "Write it with https, or put the keys into jwks",
      },
    ];
  }
  return jwks === undefined ? [] : checkKeySet(`${setting}.jwks`, jwks);
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}

/** The text itself is in no message: it may hold what nobody should read. */
function checkKeySet(setting: string, jwks: string): readonly Fault[] {
  const keys = parseKeys(jwks);
  const fault = (value: string, allowed: string, fix: string): Fault => ({ setting, value, allowed, fix });
  if (keys === undefined || keys.length === 0) {
    return [
      fault(
        `a text of ${jwks.length} characters`,
        'a JSON Web Key Set: {"keys":[…]} with at least one key',
        "Copy what the issuer answers at its jwks_uri",
      ),
    ];
  }
  const secret = PRIVATE_MEMBERS.filter((member) => keys.some((key) => Object.hasOwn(key, member)));
  if (secret.length === 0) return [];
  return [
    fault(
      `keys with ${secret.join(", ")}`,
      "public keys only",
      "Take the private members out, and treat the key as known to everybody who reads the catalog",
    ),
  ];
}

function parseKeys(jwks: string): readonly object[] | undefined {
  try {
    const { keys } = JSON.parse(jwks) as { readonly keys?: unknown };
    const isKey = (key: unknown): key is object => typeof key === "object" && key !== null;
    return Array.isArray(keys) && keys.every(isKey) ? keys : undefined;
  } catch {
    return undefined;
  }
}

function checkClaimHeaders(
  setting: string,
  headers: NonNullable<JwtIssuer["claimHeaders"]>,
): readonly Fault[] {
  return Object.entries(headers).flatMap(([header, claim]) => [
    ...checkHeader(setting, header),
    ...(RESERVED.test(header)
      ? [{ setting, value: header, allowed: "a header of the application's own", fix: "Rename it" }]
      : []),
    // Envoy goes into an object at every dot, also at those of an address.
    ...(isClaim(claim) && !claim.includes("://")
      ? []
      : [
          {
            setting: `${setting}.${header}`,
            value: claim,
            allowed: "a claim without spaces and brackets, nested ones with a dot; no address",
            fix: 'Write it like "sub"; forwardOriginalToken gives the workload all claims',
          },
        ]),
  ]);
}

function checkHeader(setting: string, name: string): readonly Fault[] {
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return [];
  return [
    {
      setting,
      value: name,
      allowed: "a header's name in lower-case letters, digits and hyphens",
      fix: 'Write it like "x-user-id"',
    },
  ];
}
