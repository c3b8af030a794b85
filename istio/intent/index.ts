export * from "./application";
export * from "./binding";
export * from "./service";
