// Started as our own program is: by itself the language host would check all types at each run.
"use strict";
require("../../../../scripts/program-loader.cjs");
module.exports = require("./program.ts");
