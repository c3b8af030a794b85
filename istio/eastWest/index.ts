export * from "./objects";
export * from "./ports";
