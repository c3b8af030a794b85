import type { Service, TokenCondition } from "../intent";
import type { Fault } from "./fault";
import { checkList } from "./lists";

/**
 * The names that lead to a claim, the outermost first. A dot leads into an object; a name that is an address, as
 * `https://example.com/roles`, is one claim with all its dots.
 */
export function claimPath(claim: string): readonly string[] {
  return claim.includes("://") ? [claim] : claim.split(".");
}

/** Whether a text says which claim is meant, so that Istio reads the same one. */
export function isClaim(claim: string): boolean {
  return claimPath(claim).every((part) => part !== "" && !/[[\]\s]/.test(part));
}

/** Faults of what a token must say. */
export function checkToken(
  setting: string,
  token: TokenCondition | undefined,
  jwt: Service["jwt"],
): readonly Fault[] {
  if (token === undefined) return [];
  return [
    ...issuersMissing(setting, jwt),
    ...checkList(`${setting}.principals`, token.principals),
    ...checkPrincipals(`${setting}.principals`, token.principals ?? [], jwt ?? []),
    ...checkClaims(`${setting}.claims`, token.claims),
  ];
}

/** Without a RequestAuthentication no token is ever read: nobody would be let in, or everybody refused. */
function issuersMissing(setting: string, jwt: Service["jwt"]): readonly Fault[] {
  if (jwt !== undefined) return [];
  return [
    {
      setting,
      value: undefined,
      allowed: "a service with jwt, by which tokens are read at all",
      fix: "Name the issuers in jwt, or ask for no token",
    },
  ];
}

function checkPrincipals(
  setting: string,
  principals: readonly string[],
  issuers: NonNullable<Service["jwt"]>,
): readonly Fault[] {
  const known = issuers.map(({ issuer }) => issuer);
  return principals.flatMap((principal): Fault[] => {
    if (principal === "*") return [];
    // Istio ends the issuer at the last slash, because an issuer may be an address.
    const slash = principal.lastIndexOf("/");
    const [issuer, subject] = [principal.slice(0, Math.max(slash, 0)), principal.slice(slash + 1)];
    const whole = (text: string): boolean => text === "*" || (text !== "" && !text.includes("*"));
    if (!whole(issuer) || !whole(subject)) {
      return [
        {
          setting,
          value: principal,
          allowed: "issuer/subject, where either may be *",
          fix: 'Write it like "https://accounts.example.com/*"',
        },
      ];
    }
    if (issuer === "*" || issuers.length === 0 || known.includes(issuer)) return [];
    return [
      {
        setting,
        value: principal,
        allowed: `an issuer of the service before the last slash: ${known.join(", ")}`,
        fix: "Correct the issuer, or add it to jwt; a subject with a slash can only be asked for by the claim sub",
      },
    ];
  });
}

function checkClaims(setting: string, claims: TokenCondition["claims"]): readonly Fault[] {
  if (claims === undefined) return [];
  const names = Object.keys(claims);
  if (names.length === 0) {
    return [{ setting, value: {}, allowed: "at least one claim", fix: "Name one, or leave claims out" }];
  }
  return names.flatMap((name) => {
    const values = claims[name] ?? [];
    return [
      ...(isClaim(name)
        ? []
        : [
            {
              setting,
              value: name,
              allowed: "a claim without spaces and brackets, the names of nested ones with a dot between",
              fix: 'Write it like "role" or "realm_access.roles"',
            },
          ]),
      ...checkList(`${setting}.${name}`, values),
      ...values
        .filter((value) => value === "" || value.slice(1, -1).includes("*") || /^\*.+\*$/.test(value))
        .map((value) => ({
          setting: `${setting}.${name}`,
          value,
          allowed: 'a text that is not empty, with at most one "*" at its beginning or end',
          fix: "Name each value, or the beginning or end that they share",
        })),
    ];
  });
}
