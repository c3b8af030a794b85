export * from "./destinationRule";
export * from "./networking";
export * from "./resource";
export * from "./security";
export * from "./virtualService";
