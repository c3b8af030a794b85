import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { tlsProvider } from "../../../sandbox/plugins/tls/provider";
import {
  CA_USES,
  describeCertificate,
  hasOpenssl,
  LOCALLY_SIGNED,
  make,
  openssl,
  REQUEST,
  request,
  root,
  SELF_SIGNED,
} from "./support";

const provider = tlsProvider();

/** An intermediate under the root. */
async function intermediate(ca: Awaited<ReturnType<typeof root>>, name: string, maxPathLength = 0) {
  const { privateKeyPem, certRequestPem } = await request(provider, name);
  const { outputs, id } = await make(provider, LOCALLY_SIGNED, {
    certRequestPem,
    caPrivateKeyPem: ca.privateKeyPem,
    caCertPem: ca.certPem,
    isCaCertificate: true,
    maxPathLength,
    setSubjectKeyId: true,
    allowedUses: CA_USES,
    validityPeriodHours: 17520,
  });
  return { privateKeyPem, certPem: outputs.certPem ?? "", outputs, id };
}

async function leaf(ca: { privateKeyPem: string; certPem: string }, more = {}) {
  const { certRequestPem } = await request(provider, "", {
    subject: {},
    dnsNames: ["app.example"],
    ipAddresses: ["10.1.2.3", "fd00::1"],
    uris: ["spiffe://cluster.local/ns/production/sa/ai-agent"],
  });
  return make(provider, LOCALLY_SIGNED, {
    certRequestPem,
    caPrivateKeyPem: ca.privateKeyPem,
    caCertPem: ca.certPem,
    allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
    validityPeriodHours: 24,
    ...more,
  });
}

describe("plugin tls: certificates", () => {
  before(function () {
    if (!hasOpenssl()) this.skip();
  });

  it("a chain root, intermediate (path length 0), leaf is accepted by openssl", async () => {
    const ca = await root(provider);
    const middle = await intermediate(ca, "Intermediate eastus");
    const end = await leaf(middle);
    const files = {
      "root.pem": ca.certPem,
      "mid.pem": middle.certPem,
      "leaf.pem": end.outputs.certPem ?? "",
    };
    const verdict = openssl(
      files,
      "verify",
      "-x509_strict",
      "-CAfile",
      "root.pem",
      "-untrusted",
      "mid.pem",
      "leaf.pem",
    );
    assert.match(verdict, /leaf\.pem: OK/);
    const text = describeCertificate(middle.certPem);
    assert.match(text, /Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    assert.match(text, /Key Usage: critical\s+Digital Signature, Certificate Sign, CRL Sign/);
    assert.match(text, /Signature Algorithm: ecdsa-with-SHA384/);
  });

  it("an authority below a path length of 0 is refused by openssl", async () => {
    const ca = await root(provider);
    const middle = await intermediate(ca, "Intermediate");
    const below = await intermediate(
      { ...ca, privateKeyPem: middle.privateKeyPem, certPem: middle.certPem },
      "Below",
    );
    const end = await leaf(below);
    const files = {
      "root.pem": ca.certPem,
      "mid.pem": `${middle.certPem}${below.certPem}`,
      "leaf.pem": end.outputs.certPem ?? "",
    };
    const verdict = openssl(files, "verify", "-CAfile", "root.pem", "-untrusted", "mid.pem", "leaf.pem");
    assert.match(verdict, /path length constraint exceeded/);
  });

  it("key ids link the chain: the authority's points to the issuer's", async () => {
    const ca = await root(provider, { setAuthorityKeyId: true });
    const middle = await intermediate(ca, "Intermediate");
    const ids = [ca.certPem, middle.certPem].map((pem) => {
      const text = describeCertificate(pem);
      const of = (name: string): string | undefined =>
        new RegExp(`${name} Key Identifier:\\s+(?:keyid:)?([0-9A-F:]+)`).exec(text)?.[1];
      return { subject: of("Subject"), authority: of("Authority") };
    });
    assert.ok(ids[0]?.subject);
    assert.equal(ids[0].authority, ids[0].subject);
    assert.ok(ids[1]);
    assert.equal(ids[1].authority, ids[0].subject);
    assert.notEqual(ids[1].subject, ids[0].subject);
  });

  it("serials are random, of 128 bits, and the ids of the resources", async () => {
    const ca = await root(provider);
    const made = await Promise.all(Array.from({ length: 8 }, () => leaf(ca)));
    const serials = made.map(({ outputs }) =>
      BigInt(`0x${new X509Certificate(outputs.certPem ?? "").serialNumber}`),
    );
    assert.equal(new Set(serials).size, made.length);
    assert.deepEqual(
      made.map(({ id }) => id),
      serials.map(String),
    );
    assert.ok(serials.every((serial) => serial > 1n << 96n && serial < 1n << 128n));
  });

  it("names, uses and times are those that were asked for", async () => {
    const now = new Date("2026-03-04T05:06:07.890Z");
    const ca = await root(tlsProvider({ now: () => now }), {
      subject: {
        commonName: "Überwurzel",
        organization: "Org, Inc.",
        organizationalUnit: "Mesh",
        country: "DE",
        province: "BE",
        locality: "Berlin",
        postalCode: "10115",
        streetAddresses: ["Street 1", "Floor 2"],
        serialNumber: "7",
        emailAddress: "root@example.com",
      },
      validityPeriodHours: 24 * 365 * 30,
    });
    assert.equal(ca.certificate.outputs.validityStartTime, "2026-03-04T05:06:07Z");
    assert.equal(ca.certificate.outputs.validityEndTime, "2056-02-25T05:06:07Z");
    const files = { "c.pem": ca.certPem };
    const shown = openssl(
      files,
      "x509",
      "-in",
      "c.pem",
      "-noout",
      "-subject",
      "-issuer",
      "-dates",
      "-nameopt",
      "utf8",
    );
    const subject = /subject=(.*)/.exec(shown)?.[1];
    assert.equal(
      subject?.replaceAll(" = ", "="),
      "C=DE, O=Org, Inc., OU=Mesh, L=Berlin, ST=BE, street=Street 1, street=Floor 2, postalCode=10115, " +
        "CN=Überwurzel, serialNumber=7, emailAddress=root@example.com",
    );
    assert.match(shown, /notBefore=Mar {2}4 05:06:07 2026 GMT\nnotAfter=Feb 25 05:06:07 2056 GMT/);

    const end = await leaf(ca);
    const text = describeCertificate(end.outputs.certPem ?? "");
    assert.match(
      text,
      /Subject Alternative Name: critical/,
      "there is no subject, so the names are critical",
    );
    for (const name of ["DNS:app.example", "IP Address:10.1.2.3", "IP Address:FD00:0:0:0:0:0:0:1"]) {
      assert.ok(text.includes(name), name);
    }
    assert.ok(text.includes("URI:spiffe://cluster.local/ns/production/sa/ai-agent"));
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE/);
    assert.match(text, /Key Usage: critical\s+Digital Signature, Key Encipherment\n/);
    assert.match(text, /Extended Key Usage:\s+TLS Web Server Authentication, TLS Web Client Authentication/);
  });

  it("a signing key that is not the authority's, and a forged request, are refused", async () => {
    const [ca, other] = await Promise.all([root(provider), root(provider)]);
    await assert.rejects(
      leaf({ ...ca, privateKeyPem: other.privateKeyPem }),
      /caPrivateKeyPem: is not the key of/,
    );
    const { certRequestPem } = await request(provider, "a");
    const body = Buffer.from(certRequestPem.split("\n").slice(1, -2).join(""), "base64");
    body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${body.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    await assert.rejects(leaf(ca, { certRequestPem: forged }), /certRequestPem: /);
  });

  it("what is wrong with the inputs is said before anything is made, without a value", async () => {
    const { privateKeyPem } = await request(provider, "a");
    const bad = (type: string, more: object): Promise<unknown> =>
      make(provider, type, {
        privateKeyPem,
        subject: { commonName: "a" },
        ...(type === REQUEST ? {} : { allowedUses: [], validityPeriodHours: 1 }),
        ...more,
      });
    await assert.rejects(
      bad(SELF_SIGNED, { allowedUses: ["certSigning"] }),
      /allowedUses: must be of .*cert_signing/,
    );
    await assert.rejects(
      bad(SELF_SIGNED, { colour: "red" }),
      /colour: .*has no such input; it has allowedUses/,
    );
    await assert.rejects(bad(SELF_SIGNED, { privateKeyPemWo: "x" }), /privateKeyPemWo: is write-only/);
    await assert.rejects(bad(SELF_SIGNED, { subject: { name: "a" } }), /subject\.name: .*no such part/);
    await assert.rejects(
      bad(SELF_SIGNED, { validityPeriodHours: "1" }),
      /validityPeriodHours: must be a number/,
    );
    await assert.rejects(
      bad(SELF_SIGNED, { isCaCertificate: true, subject: {} }),
      /subject: an authority needs/,
    );
    await assert.rejects(
      bad(SELF_SIGNED, { setAuthorityKeyId: true }),
      /setAuthorityKeyId: needs setSubjectKeyId/,
    );
    await assert.rejects(bad(REQUEST, { ipAddresses: ["10.0.0"] }), /ipAddresses\[0\]: is no IP address/);
    await assert.rejects(bad(REQUEST, { uris: ["no uri"] }), /uris\[0\]: is no absolute URI/);
    await assert.rejects(make(provider, REQUEST, {}), /privateKeyPem: is required/);
    await assert.rejects(bad(REQUEST, { privateKeyPem: "a secret text" }), (error: Error) => {
      assert.match(error.message, /privateKeyPem: is no unencrypted private key/);
      return !error.message.includes("a secret text");
    });
    await assert.rejects(
      make(provider, "tls:index/other:Other", {}),
      /does not serve tls:index\/other:Other, only /,
    );
  });
});
