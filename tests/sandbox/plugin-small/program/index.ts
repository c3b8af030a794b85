/** A small program that uses the random and tls plugins as the real one does: a root and one intermediate. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

const config = new pulumi.Config();
const authority = ["cert_signing", "crl_signing", "digital_signature"];

const suffix = new random.RandomId("suffix", { byteLength: 3, keepers: { region: "eastus" } });
const password = new random.RandomPassword("password", { length: 24, minNumeric: 2 });

const rootKey = new tls.PrivateKey("root-key", { algorithm: "ECDSA", ecdsaCurve: "P384" });
const root = new tls.SelfSignedCert("root", {
  privateKeyPem: rootKey.privateKeyPem,
  subject: { commonName: "Root CA", organization: "global-mesh" },
  isCaCertificate: true,
  allowedUses: authority,
  validityPeriodHours: 87600,
});

const key = new tls.PrivateKey("intermediate-key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
const request = new tls.CertRequest("intermediate-request", {
  privateKeyPem: key.privateKeyPem,
  subject: { commonName: pulumi.interpolate`Intermediate ${suffix.hex}` },
  uris: ["spiffe://cluster.local"],
});
const intermediate = new tls.LocallySignedCert("intermediate", {
  caCertPem: root.certPem,
  caPrivateKeyPem: rootKey.privateKeyPem,
  certRequestPem: request.certRequestPem,
  isCaCertificate: true,
  maxPathLength: 0,
  setSubjectKeyId: true,
  allowedUses: authority,
  validityPeriodHours: 17520,
  earlyRenewalHours: config.getNumber("earlyRenewalHours") ?? 2160,
});

export const rootPem = root.certPem;
export const intermediatePem = intermediate.certPem;
export const intermediateKey = key.privateKeyPem;
export const rootKeyPem = rootKey.privateKeyPem;
export const passwordText = password.result;
