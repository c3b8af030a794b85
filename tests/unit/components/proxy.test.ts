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
  ];
  for (const [host, environment, expected] of table) {
    it(`${expected ? "stands" : "does not stand"} before ${host} with ${JSON.stringify(environment)}`, () => {
      assert.equal(isProxied(host, environment), expected);
    });
  }
});
