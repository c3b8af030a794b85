export * from "./catalog";
export * from "./finding";
export * from "./input";
export { lint } from "./lint";
export { SUPPRESS_ANNOTATION } from "./suppress";
