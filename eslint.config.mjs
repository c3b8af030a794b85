// The rooms and arrows of docs/architecture.md, held by lint: a room may import only what ARROWS lists for it.
import eslint from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

const ROOMS = [
  "config",
  "topology",
  "azure",
  "istio",
  "linkerd",
  "catalog",
  "components",
  "guardrails",
  "cli",
  "sandbox",
  "bench",
  "tests",
];

const ARROWS = {
  index: ["config", "catalog", "components"],
  config: ["topology"],
  topology: [],
  azure: ["topology"],
  istio: ["topology"],
  linkerd: ["istio", "topology"],
  catalog: ["istio", "topology"],
  components: ["azure", "istio", "linkerd", "topology"],
  guardrails: ["azure", "istio"],
  cli: ["config", "topology", "istio", "linkerd", "catalog", "sandbox"],
  sandbox: [],
};

/** Rooms that hold plain data and functions: they must run without the Pulumi engine. */
const PURE = ["azure", "istio", "linkerd", "topology", "catalog"];

const arrows = Object.entries(ARROWS).map(([room, allowed]) => ({
  files: [room === "index" ? "index.ts" : `${room}/**/*.ts`],
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      {
        patterns: [
          ...ROOMS.filter((other) => other !== room && !allowed.includes(other)).map((other) => ({
            regex: room === "index" ? `^\\./${other}(/|$)` : `^(\\.\\./)+${other}(/|$)`,
            message: `${room}/ may import only ${allowed.join(", ") || "nothing"} (docs/architecture.md).`,
          })),
          ...(PURE.includes(room)
            ? [{ regex: "^@pulumi/", message: `${room}/ is pure: it never imports @pulumi/*.` }]
            : []),
          {
            regex: "^@pulumi/(azure-native|kubernetes)$",
            message: "Import a submodule: all of the package would be loaded at each start of the program.",
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["node_modules/**", ".sandbox/**", "coverage/**"] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      // Overflows its stack on a recursive type that holds a class, such as the values of sandbox/plugins/wire.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.property.name='apply'] NewExpression[callee.name!=/Error$/]",
          message:
            "Nothing is created inside apply: how many resources exist must be known before the engine runs.",
        },
      ],
    },
  },
  ...arrows,
  // @types/mocha types the callbacks of describe and it as possibly floating.
  { files: ["tests/**/*.ts"], rules: { "@typescript-eslint/no-floating-promises": "off" } },
  {
    files: ["**/*.{js,mjs,cjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", module: "writable", require: "readonly" },
    },
    rules: { "@typescript-eslint/no-require-imports": "off", "@pulumi/no-output-in-template-literal": "off" },
  },
);
