import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import fc from "fast-check";
import {
  createAuthority,
  createSigningKey,
  firstServiceAddress,
  issueLeaf,
} from "../../../sandbox/cluster/pki";

describe("cluster: certificates", () => {
  it("issues a leaf that its own authority signed, for the names and addresses asked for", async () => {
    const ca = await createAuthority("eastus-cluster CA");
    const other = await createAuthority("eastus-cluster CA");
    const leaf = await issueLeaf(ca, {
      commonName: "kube-apiserver",
      dnsNames: ["localhost", "eastus-cluster-dns.hcp.eastus.azmk8s.io"],
      ipAddresses: ["127.10.0.1", "10.96.0.1"],
    });
    const certificate = new X509Certificate(leaf.certificate);
    const authority = new X509Certificate(ca.certificate);
    assert.ok(certificate.checkIssued(authority));
    assert.ok(certificate.verify(authority.publicKey));
    assert.ok(!certificate.verify(new X509Certificate(other.certificate).publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(leaf.privateKey)));
    assert.equal(authority.ca, true);
    assert.equal(certificate.ca, false);
    assert.equal(
      certificate.subjectAltName,
      "DNS:localhost, DNS:eastus-cluster-dns.hcp.eastus.azmk8s.io, IP Address:127.10.0.1, IP Address:10.96.0.1",
    );
    assert.equal(certificate.checkIP("127.20.0.1"), undefined);
    assert.ok(Date.parse(certificate.validFrom) < Date.now());
    assert.ok(Date.parse(certificate.validTo) > Date.now() + 364 * 86_400_000);
  });

  it("gives every certificate a serial number of its own", async () => {
    const ca = await createAuthority("ca");
    const request = { commonName: "x", dnsNames: ["x"], ipAddresses: [] };
    const leaves = await Promise.all([issueLeaf(ca, request), issueLeaf(ca, request)]);
    const serials = leaves.map(({ certificate }) => new X509Certificate(certificate).serialNumber);
    assert.equal(new Set(serials).size, 2);
  });

  it("makes the signing key in the form in which the API server finds the public half", () => {
    assert.match(createSigningKey(), /^-----BEGIN EC PRIVATE KEY-----/);
  });

  it("knows the first address of a service range", () => {
    assert.equal(firstServiceAddress("10.96.0.0/16"), "10.96.0.1");
    assert.equal(firstServiceAddress("10.0.0.0/12"), "10.0.0.1");
    assert.equal(firstServiceAddress("172.16.5.77/28"), "172.16.5.65");
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 12, max: 28 }), (address, length) => {
        const [, , , last = -1] = firstServiceAddress(`${address}/${length}`).split(".").map(Number);
        assert.equal(last % 16, 1);
      }),
    );
  });

  it("refuses a service range that is none", () => {
    for (const range of ["10.96.0.0", "10.96.0.0/8", "10.96.0.300/16", "fd00::/108", ""]) {
      assert.throws(() => firstServiceAddress(range), /is no IPv4 range of \/12 to \/28/);
    }
  });
});
