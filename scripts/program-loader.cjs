// Lets the language host run the TypeScript of the program (program.cjs), or of the policy pack. The first file that is
// loaded is bundled with everything of ours that it imports, in one go; packages stay what they are. A loader
// that looks at every module, those of packages too, takes longer than the rest of the program's start
// (docs/decisions/program-loader.md). Types are not checked here: `npm run check` does that.
"use strict";
const Module = require("node:module");
const path = require("node:path");

// Where engine and language host have been killed nobody reads what the program prints. The SDK's runner takes that for
// an error of the program and prints it, which fails the same way, for ever (@pulumi/pulumi 3.248, cmd/run and log).
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code }) => {
    if (code === "EPIPE") process.exit(1);
  });
}

// A call to the engine that began before this file was loaded has its frames already, with a name that the SDK's own map
// gives: `node_modules/@pulumi/resource.ts`. The util.inspect of Node 20, by which the runner prints an error, looks for
// the slash after a scoped package's name and never ends where there is none. It is put in before the runner's turn.
const UNENDING = /([/\\]node_modules[/\\]@pulumi)(?=[/\\][^/\\]*$)/gm;
for (const event of ["uncaughtException", "unhandledRejection"]) {
  // Without the runner Node prints the error itself, without colours and so without looking; a listener would stop that.
  if (process.listenerCount(event) === 0) continue;
  process.prependListener(event, (error) => {
    if (error instanceof Error && typeof error.stack === "string") {
      error.stack = error.stack.replace(UNENDING, "$1/pulumi");
    }
  });
}

const NO_SOURCES = { url: null, map: { version: 3, sources: [], names: [], mappings: "" } };

Module._extensions[".ts"] = (module, filename) => {
  const { code, map } = bundle(filename);
  // Errors name the line of the source. Pulumi's runner has installed the same package, which then asks here first.
  // Frames of packages stay as they are: the SDK's own map calls one `node_modules/@pulumi/resource.ts`, on which the
  // util.inspect of Node 20 never ends, and after the death of an engine every call that was under way fails with it.
  require("source-map-support").install({
    environment: "node",
    retrieveSourceMap: (file) => {
      if (file === filename) return { url: filename, map };
      return file.includes("/node_modules/") ? NO_SOURCES : null;
    },
  });
  module._compile(code, filename);
};

/**
 * esbuild that works as one process to its end: by default it keeps a thread and a process for later calls, and a program
 * whose engine was killed did not end while they waited.
 */
function esbuild() {
  const before = process.env.ESBUILD_WORKER_THREADS;
  process.env.ESBUILD_WORKER_THREADS = "0";
  try {
    return require("esbuild");
  } finally {
    if (before === undefined) delete process.env.ESBUILD_WORKER_THREADS;
    else process.env.ESBUILD_WORKER_THREADS = before;
  }
}

/** The file and all of ours that it imports, as one CommonJS module that stands in its place. */
function bundle(filename) {
  const { outputFiles } = esbuild().buildSync({
    entryPoints: [filename],
    absWorkingDir: path.dirname(filename),
    outfile: `${filename}.js`,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    target: "node20",
    // Names of classes are part of messages.
    keepNames: true,
    sourcemap: "external",
    write: false,
    // The error that is thrown holds every message.
    logLevel: "silent",
  });
  const text = (end) => outputFiles.find((file) => file.path.endsWith(end)).text;
  return { code: text(".js"), map: text(".js.map") };
}
