// Makes a clean clone runnable: installs the npm packages when they are absent or older than the lock file,
// then runs the given command. Plain JavaScript, because nothing is installed yet when it starts.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, "node_modules", ".global-mesh-lock");

/** Runs `npm ci` unless node_modules was installed from exactly this lock file. */
export function install() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`global-mesh needs Node 20.19 or later; this is ${process.versions.node}.`);
    process.exit(2);
  }
  const lock = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("Installing npm packages …");
  const done = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    // A `pulumi` on PATH would make an install script look for plugins on the network.
    env: { ...process.env, npm_config_ignore_scripts: "true" },
  });
  if (done.status !== 0) {
    console.error("npm ci failed; its own message stands above.");
    process.exit(done.status ?? 1);
  }
  writeFileSync(stamp, lock);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  const [command, ...args] = process.argv.slice(2);
  if (command !== undefined) {
    const child = spawn(process.execPath, ["--import", "tsx", path.join(root, command), ...args], {
      cwd: root,
      stdio: "inherit",
    });
    // The child handles the signals and cleans up; this process only waits for it.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.on(signal, () => {
        if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.on("exit", (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)));
  }
}
