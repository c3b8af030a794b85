export * from "./networking";
export * from "./resource";
export * from "./security";
