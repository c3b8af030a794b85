#!/usr/bin/env node
// The `mesh` command: loads the TypeScript of cli/ in this process, whatever the current folder is.
"use strict";
require("tsx/cjs/api").register();
require("../cli/main.ts");
