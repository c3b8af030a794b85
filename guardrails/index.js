// What the engine requires. It only knows JavaScript, so the program's loader takes the rules' TypeScript from here on.
require("../scripts/program-loader.cjs");
require("./pack.ts").servePack();
