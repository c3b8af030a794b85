/**
 * The door to sandbox/azure. The product has a room `azure/` too, and the lint that keeps the sandbox out of the
 * product goes by names: `../azure` would read as that room.
 */
export * from "./azure";
