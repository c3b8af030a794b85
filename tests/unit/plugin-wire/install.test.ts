import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderName, installPlugins, packageVersion, pluginPlan } from "../../../sandbox/plugins/install";
import type { PluginName } from "../../../sandbox/plugins/install";

describe("plugin installation", () => {
  let folder: string;
  let version: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "install-test-"));
    version = await packageVersion("tls");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A plugin as its vendor installs it. */
  function official(dir: string, name: PluginName, ofVersion = version, mode = 0o755): string {
    const plugin = join(folder, dir, folderName(name, ofVersion));
    mkdirSync(plugin, { recursive: true });
    writeFileSync(join(plugin, `pulumi-resource-${name}`), "", { mode });
    writeFileSync(join(plugin, "README.md"), "");
    return plugin;
  }

  async function planOf(name: PluginName, ...dirs: string[]) {
    const plan = await pluginPlan({ searchDirs: dirs.map((dir) => join(folder, dir)) });
    return plan.find((plugin) => plugin.name === name);
  }

  it("takes an official plugin of the npm package's version, from the first folder that has it", async () => {
    const first = official("a", "tls");
    official("b", "tls");
    assert.deepEqual(await planOf("tls", "none", "a", "b"), {
      name: "tls",
      version,
      source: "official",
      folder: first,
    });
  });

  it("passes over another version, a broken installation, a file that does not run, and a stand-in", async () => {
    official("other", "tls", "0.0.1");
    writeFileSync(`${official("partial", "tls")}.partial`, "");
    official("no-program", "tls", version, 0o644);
    const [standIn] = await installPlugins({
      pulumiHome: join(folder, "home"),
      bundles: [{ name: "tls", version, file: "/bundle.cjs" }],
      env: {},
    });
    assert.equal(standIn?.folder, join(folder, "home", "plugins", folderName("tls", version)));
    const plan = await planOf("tls", "other", "partial", "no-program", join("home", "plugins"));
    assert.deepEqual(plan, { name: "tls", version, source: "stand-in" });
  });

  it("never takes the official azure-native: it would speak to the real Azure", async () => {
    official("a", "azure-native", await packageVersion("azure-native"));
    assert.equal((await planOf("azure-native", "a"))?.source, "stand-in");
  });

  it("asks the download hook for what is not installed, and checks what it gives", async () => {
    official("a", "tls");
    const asked: string[] = [];
    const random = official("loaded", "random", await packageVersion("random"));
    const plan = await pluginPlan({
      searchDirs: [join(folder, "a")],
      download: (name) => {
        asked.push(name);
        return Promise.resolve(name === "random" ? random : join(folder, "empty"));
      },
    });
    assert.deepEqual(asked.toSorted(), ["kubernetes", "random"]);
    const sources = Object.fromEntries(plan.map(({ name, source }) => [name, source]));
    assert.deepEqual(sources, {
      kubernetes: "stand-in",
      "azure-native": "stand-in",
      random: "official",
      tls: "official",
    });
  });

  it("installs a script that hands over environment and arguments as they are", async () => {
    const odd = `it's "$HOME" \\ and $(date)`;
    const bundle = { name: "tls", version, file: `/a folder/it's.cjs` } as const;
    const [installed] = await installPlugins({
      pulumiHome: folder,
      bundles: [bundle],
      env: { SANDBOX_ODD: odd },
      node: "/bin/sh",
    });
    const script = join(installed?.folder ?? "", "pulumi-resource-tls");
    mkdirSync(join(folder, "a folder"));
    const own = join(folder, "a folder", "it's.cjs");
    writeFileSync(own, `echo "$SANDBOX_ODD|$NODE_OPTIONS|$1"`);
    await installPlugins({
      pulumiHome: folder,
      bundles: [{ ...bundle, file: own }],
      env: { SANDBOX_ODD: odd },
      node: "/bin/sh",
    });
    const said = execFileSync(script, ["127.0.0.1:1 2"], { encoding: "utf8", env: { NODE_OPTIONS: "--no" } });
    assert.equal(said, `${odd}||127.0.0.1:1 2\n`);
    const bad = installPlugins({ pulumiHome: folder, bundles: [bundle], env: { "A B": "" } });
    await assert.rejects(bad, /env: "A B" is not a name/);
  });

  it("links an official plugin into a real folder, over a stand-in that was there", async () => {
    const vendor = official("a", "tls");
    const pulumiHome = join(folder, "home");
    const bundles = [{ name: "tls", version, file: "/bundle.cjs" } as const];
    await installPlugins({ pulumiHome, bundles, env: {} });
    const plan = [{ name: "tls", version, source: "official", folder: vendor } as const];
    const [installed] = await installPlugins({ pulumiHome, bundles, env: {}, plan });
    assert.ok(installed);
    assert.equal(lstatSync(installed.folder).isSymbolicLink(), false);
    assert.deepEqual(readdirSync(installed.folder).toSorted(), ["README.md", "pulumi-resource-tls"]);
    await installPlugins({ pulumiHome, bundles, env: {} });
    assert.ok(existsSync(join(vendor, "README.md")), "the vendor's files are never touched");
    assert.deepEqual(readdirSync(vendor).length, 2);
  });

  it("says which bundle is missing", async () => {
    const plan = [{ name: "tls", version, source: "stand-in" } as const];
    await assert.rejects(
      installPlugins({ pulumiHome: folder, bundles: [], env: {}, plan }),
      /no bundle of .* tls/,
    );
  });
});
