import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { requireKubelogin } from "../../../components/cluster/kubelogin";

describe("kubelogin on the path", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "kubelogin-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const check = (): void => requireKubelogin({ PATH: ["/nowhere", folder].join(path.delimiter) });
  const missing = {
    message:
      "kubelogin is not on the PATH. Clusters are signed in to by Entra, and kubelogin gets the token. " +
      "Install it: az aks install-cli, or https://azure.github.io/kubelogin/install.html",
  };

  it("is enough", () => {
    writeFileSync(path.join(folder, "kubelogin"), "#!/bin/sh\n", { mode: 0o755 });
    assert.doesNotThrow(check);
  });

  it("is missed, with the way to install it", () => {
    assert.throws(check, missing);
    assert.throws(() => requireKubelogin({}), missing);
  });

  it("is missed where the name is a folder or cannot be run", () => {
    mkdirSync(path.join(folder, "kubelogin"));
    assert.throws(check, missing);
    rmSync(path.join(folder, "kubelogin"), { recursive: true });
    writeFileSync(path.join(folder, "kubelogin"), "");
    chmodSync(path.join(folder, "kubelogin"), 0o644);
    assert.throws(check, missing);
  });
});
