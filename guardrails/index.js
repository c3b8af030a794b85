// What the engine requires. It only knows JavaScript, so the rules' TypeScript is loaded by tsx from here on.
require("tsx/cjs");
require("./pack.ts").servePack();
