"use strict";
require("../../../../scripts/program-loader.cjs");
module.exports = require("./index.ts");
