export * from "./addressing";
export * from "./cidr";
export * from "./networks";
export * from "./peers";
export * from "./region";
export * from "./rollouts";
export * from "./selector";
export * from "./waves";
