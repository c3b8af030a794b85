import assert from "node:assert/strict";
import { isProxied } from "../../../components/cluster/proxy";

describe("a proxy before an API server", () => {
  const table: [string, Readonly<Record<string, string>>, boolean][] = [
    ["api.example.org", {}, false],
    ["api.example.org", { HTTPS_PROXY: "" }, false],
    ["api.example.org", { HTTPS_PROXY: "http://p" }, true],
    ["api.example.org", { https_proxy: "http://p" }, true],
    ["api.example.org", { HTTPS_PROXY: "http://p", NO_PROXY: "other.org, example.org" }, false],
    ["api.example.org", { HTTPS_PROXY: "http://p", NO_PROXY: ".example.org" }, false],
    ["api.myexample.org", { HTTPS_PROXY: "http://p", NO_PROXY: "example.org" }, true],
    ["127.6.0.1", { HTTPS_PROXY: "http://p", no_proxy: "localhost,127.0.0.0/8" }, false],
    ["10.0.0.1", { HTTPS_PROXY: "http://p", no_proxy: "localhost,127.0.0.0/8" }, true],
    ["api.example.org", { HTTPS_PROXY: "http://p", no_proxy: "127.0.0.0/8,/,a/b" }, true],
    ["api.example.org", { HTTPS_PROXY: "http://p", NO_PROXY: "*" }, false],
    ["api.example.org", { HTTPS_PROXY: "", https_proxy: "http://p" }, true],
    ["api.example.org", { HTTPS_PROXY: "http://p", NO_PROXY: "", no_proxy: "example.org" }, false],
    ["localhost:6443", { HTTPS_PROXY: "http://p" }, false],
    ["127.6.0.1", { HTTPS_PROXY: "http://p" }, false],
    ["[::1]:6443", { HTTPS_PROXY: "http://p" }, false],
    ["example.org", { HTTPS_PROXY: "http://p", NO_PROXY: ".example.org" }, true],
    ["example.org", { HTTPS_PROXY: "http://p", NO_PROXY: "*.example.org" }, true],
    ["api.example.org", { HTTPS_PROXY: "http://p", NO_PROXY: "*.example.org" }, false],
    ["api.example.org", { HTTPS_PROXY: "http://p", NO_PROXY: "example.org:443" }, false],
    ["api.example.org:6443", { HTTPS_PROXY: "http://p", NO_PROXY: "example.org:443" }, true],
    ["10.0.0.1:6443", { HTTPS_PROXY: "http://p", NO_PROXY: "10.0.0.1:6443" }, false],
    ["10.0.0.1", { HTTPS_PROXY: "http://p", NO_PROXY: "10.0.0.1:6443" }, true],
    ["10.0.0.1", { HTTPS_PROXY: "http://p", NO_PROXY: "10.9.9.9/8" }, false],
    ["10.0.0.1", { HTTPS_PROXY: "http://p", NO_PROXY: "10.0.0.0/99,:443,::/0" }, true],
    ["[fd00::1]:6443", { HTTPS_PROXY: "http://p", NO_PROXY: "[fd00:0::1]:6443" }, false],
    ["[fd00::1]", { HTTPS_PROXY: "http://p", NO_PROXY: "fd00::/8" }, false],
    ["[fd00::1]", { HTTPS_PROXY: "http://p", NO_PROXY: "fe80::1" }, true],
  ];
  for (const [host, environment, expected] of table) {
    it(`${expected ? "stands" : "does not stand"} before ${host} with ${JSON.stringify(environment)}`, () => {
      assert.equal(isProxied(new URL(`https://${host}`), environment), expected);
    });
  }
});
