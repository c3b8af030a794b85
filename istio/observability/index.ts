export * from "./addOns";
export * from "./grafana";
export * from "./isolation";
export * from "./jaeger";
export * from "./kiali";
export * from "./prometheus";
export * from "./values";
