/** One issuer of JSON Web Tokens that a service knows. */
export interface JwtIssuer {
  /** The token's `iss`. @example "https://accounts.example.com" */
  readonly issuer: string;
  /**
   * Where istiod fetches the issuer's keys; https but for tests. Exactly one of `jwksUri` and `jwks`.
   * @example "https://accounts.example.com/.well-known/jwks.json"
   */
  readonly jwksUri?: string;
  /** The issuer's public keys, as JSON. */
  readonly jwks?: string;
  /** Values of `aud`, of which a token must have one. @default any @example ["api.example.com"] */
  readonly audiences?: readonly string[];
  /**
   * Header in which the token comes, with the text before it.
   * @default authorization with "Bearer ", or the query parameter `access_token`
   */
  readonly fromHeader?: { readonly name: string; readonly prefix?: string };
  /** Whether the workload gets the token too. @default false: the proxy takes it out */
  readonly forwardOriginalToken?: boolean;
  /**
   * Header for the workload → claim; the client's own header of that name is taken out. The same headers for every issuer.
   * @default none
   * @example { "x-user-id": "sub" }
   */
  readonly claimHeaders?: Readonly<Record<string, string>>;
}

/**
 * What a token must say. Every claim that is named must have one of the values.
 * @example { claims: { role: ["admin"] } }
 */
export interface TokenCondition {
  /** Issuer and subject as `issuer/subject`; either may be `*`. @default any valid token */
  readonly principals?: readonly string[];
  /** Claim, nested ones with a dot → allowed values. @default any */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}
