import assert from "node:assert/strict";
import { application, service, type Application } from "../../../istio/intent";
import type { Result, Variant } from "../../../sandbox/app/settings";
import { KeyServer } from "./support/key-server";
import type { Requests } from "./support/requests";
import { clearStage, onStage } from "./support/shared";
import { bearer, makeKey, tampered, TokenIssuer } from "./support/tokens";

const REGION = "eastus";
const NAMESPACE = "accounts";
const AUDIENCE = "api.example.com";
const CALLER = { region: REGION, workload: "caller" };
const URL = `http://profile.${NAMESPACE}.svc.cluster.local:8080/`;

const issuer = new TokenIssuer("https://issuer.example.com");
const ann = { sub: "ann", aud: AUDIENCE };

/** One service that reads tokens, and asks for them at some of its paths. */
function accounts(jwksUri: string): Application {
  return application({
    name: "accounts",
    namespaces: [{ name: NAMESPACE, defaultDeny: true }],
    services: [
      service({
        name: "profile",
        namespace: NAMESPACE,
        port: 8080,
        jwt: [
          {
            issuer: issuer.name,
            jwksUri,
            audiences: [AUDIENCE],
            claimHeaders: { "x-user-id": "sub", "x-role": "role" },
          },
        ],
        access: [
          { paths: ["/open"] },
          { token: {}, paths: ["/private"] },
          { token: { claims: { role: ["admin"] } }, paths: ["/admin"] },
        ],
      }),
      service({
        name: "caller",
        namespace: NAMESPACE,
        port: 8080,
        access: [],
        calls: [`${NAMESPACE}/profile`],
      }),
    ],
  });
}

/** The same service, which neither reads nor asks for tokens. */
function careless(from: Application): Application {
  return {
    ...from,
    services: from.services.map(({ jwt, access: _access, ...rest }) => ({
      ...rest,
      ...(jwt === undefined ? {} : { access: [{ methods: ["GET"] }] }),
    })),
  };
}

interface Case {
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  /** What the proxy says to the caller. */
  readonly why: RegExp;
}

function refused(): Readonly<Record<string, Case>> {
  const with401 = (token: string, why: RegExp): Case => ({ headers: bearer(token), status: 401, why });
  return {
    "no token": { headers: {}, status: 403, why: /RBAC: access denied/ },
    "a text that is no token": with401("x.y", /Jwt is not in the form/),
    "an expired one": with401(issuer.token(ann, { expiresInSeconds: -300 }), /Jwt is expired/),
    "one not yet valid": with401(
      issuer.token({ ...ann, nbf: Math.floor(Date.now() / 1000) + 300 }),
      /Jwt not yet valid/,
    ),
    "one of another issuer": with401(
      issuer.token({ ...ann, iss: "https://other.example.com" }),
      /Jwt issuer is not configured/,
    ),
    "one for another audience": {
      headers: bearer(issuer.token({ ...ann, aud: "other" })),
      status: 403,
      why: /Audiences in Jwt are not allowed/,
    },
    "one for no audience": {
      headers: bearer(issuer.token({ sub: "ann" })),
      status: 403,
      why: /Audiences in Jwt are not allowed/,
    },
    "one by an unknown key": with401(issuer.token(ann, { key: makeKey() }), /Jwks doesn't have key/),
    "one by another key under the known name": with401(
      issuer.token(ann, { key: { ...makeKey(), id: issuer.key.id } }),
      /Jwt verification fails/,
    ),
    "one with other claims under its signature": with401(
      tampered(issuer.token(ann), { sub: "bob" }),
      /Jwt verification fails/,
    ),
    "an unsigned one": with401(
      issuer.token(ann, { algorithm: "none" }),
      /Jwt is not in the form|Jwt header \[alg\] is not supported/,
    ),
    "one that wants no signature and has one": with401(
      `${issuer.token(ann, { algorithm: "none" })}c2lnbmVk`,
      /Jwt header/,
    ),
    "one signed with the public key as secret": with401(
      issuer.token(ann, { algorithm: "HS256" }),
      /Jwks doesn't have key|Jwt verification fails/,
    ),
    "one without subject": {
      headers: bearer(issuer.token({ aud: AUDIENCE })),
      status: 403,
      why: /RBAC: access denied/,
    },
  };
}

/** Tokens of an issuer whose keys istiod fetches from a server of the test. */
describe("tokens", function () {
  this.timeout(900_000);
  let keys: KeyServer;
  let requests: Requests;

  const show = async (app: Application): Promise<void> => {
    const settings = {
      values: {
        istiod: {
          jwksResolverExtraRootCA: keys.authority,
          env: { PILOT_JWT_PUB_KEY_REFRESH_INTERVAL: "1s" },
        },
      },
    };
    ({ requests } = await onStage({ regions: [REGION], applications: [app] }, { settings }));
  };

  const ask = (variant: Variant, wished?: (result: Result) => boolean): Promise<Result> =>
    requests
      .until(CALLER, { url: URL, ...variant }, ([first]) => first !== undefined && (wished?.(first) ?? true))
      .then(([first]) => first ?? assert.fail("no result"));

  const expectStatus = async (what: string, result: Result, status: number): Promise<void> => {
    await requests.expectAt({ region: REGION, workload: "profile" }, () => {
      assert.equal(result.status, status, `${what}: ${result.error ?? result.body ?? ""}`);
    });
  };

  before(async () => {
    keys = await KeyServer.start(() => issuer.jwks);
    await show(accounts(keys.address));
  });

  after(async () => {
    // Nobody else wants such settings, and the keys of this mesh's istiod come from a server that goes.
    await clearStage();
    await keys.stop();
  });

  it("of the issuer are let in, by keys that istiod fetched", async () => {
    const sound = { path: "/private", headers: bearer(issuer.token(ann)) };
    await expectStatus("a sound token", await ask(sound, ({ status }) => status === 200), 200);
    assert.ok(keys.fetched > 0);
    const query = await ask({ path: `/private?access_token=${issuer.token(ann)}` });
    await expectStatus("a sound token in the query", query, 200);
    await expectStatus("no token where none is asked for", await ask({ path: "/open" }), 200);
  });

  it("that are not sound are refused, each for its own reason, before the service sees them", async () => {
    for (const [what, { headers, status, why }] of Object.entries(refused())) {
      const result = await ask({ path: "/private", headers });
      await expectStatus(what, result, status);
      assert.match(`${what}: ${result.body ?? "no body"}`, why);
      // Where no token is asked for, a wrong one is refused all the same.
      const open = await ask({ path: "/open", headers });
      const passes = /RBAC/.test(why.source);
      await expectStatus(`${what}, where none is asked for`, open, passes ? 200 : status);
    }
  });

  it("open what asks for a claim to those who have it", async () => {
    const as = (role: unknown): Variant => ({
      path: "/admin",
      headers: bearer(issuer.token({ ...ann, role })),
    });
    for (const [role, status] of [
      ["admin", 200],
      [["reader", "admin"], 200],
      ["reader", 403],
      ["administrator", 403],
      [true, 403],
    ] as const)
      await expectStatus(`role ${JSON.stringify(role)}`, await ask(as(role)), status);
  });

  it("give the service their claims in headers, which no client can write itself", async () => {
    const forged = { "x-user-id": "root", "x-role": "admin" };
    const none = await ask({ path: "/open", headers: forged });
    await expectStatus("forged headers without a token", none, 200);
    assert.deepEqual(claimHeaders(none), [undefined, undefined]);
    const token = issuer.token({ ...ann, role: "reader" });
    const some = await ask({ path: "/private", headers: { ...forged, ...bearer(token) } });
    assert.deepEqual(claimHeaders(some), ["ann", "reader"]);
    const without = await ask({ path: "/private", headers: { ...forged, ...bearer(issuer.token(ann)) } });
    assert.deepEqual(claimHeaders(without), ["ann", undefined]);
    assert.equal(some.answer?.headers["authorization"], undefined, "the service does not get the token");
  });

  it("of a new key are let in once the server has it, and those of the old one no longer", async () => {
    const [old] = issuer.rotate();
    assert.ok(old);
    const fresh = { path: "/private", headers: bearer(issuer.token(ann)) };
    await expectStatus("a token by the new key", await ask(fresh, ({ status }) => status === 200), 200);
    const stale = await ask({ path: "/private", headers: bearer(issuer.token(ann, { key: old })) });
    await expectStatus("a token by the old key", stale, 401);
  });

  it("are not looked at where the catalog does not say so", async () => {
    await show(careless(accounts(keys.address)));
    const wrong = {
      path: "/private",
      headers: { "x-user-id": "root", ...bearer(issuer.token(ann, { key: makeKey() })) },
    };
    const result = await ask(wrong, ({ status }) => status === 200);
    await expectStatus("a token by an unknown key", result, 200);
    assert.equal(result.answer?.headers["x-user-id"], "root");
  });
});

function claimHeaders({ answer }: Result): readonly unknown[] {
  return ["x-user-id", "x-role"].map((name) => answer?.headers[name]);
}
