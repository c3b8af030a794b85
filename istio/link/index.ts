export * from "./checkKubeconfig";
export * from "./readerAccess";
export * from "./remoteSecret";
export * from "./soundCredential";
