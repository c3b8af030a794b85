// What `main` of Pulumi.yaml names: index.ts, by the loader that bundles it (docs/decisions/program-loader.md). As
// `nodeargs` of the runtime the loader would depend on the version of the language host, and on its working folder.
"use strict";
require("./scripts/program-loader.cjs");
module.exports = require("./index.ts");
