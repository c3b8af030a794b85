import type { AccessRule, Service } from "../../istio/intent";
import { metadata, type Protocol } from "../../istio/model";
import { parseCaller } from "../../istio/rules/access";
import {
  POLICY_GROUP,
  POLICY_V1ALPHA1,
  SERVER_V1BETA3,
  type AuthorizationPolicy,
  type LinkerdObject,
  type MeshTlsAuthentication,
  type Server,
  type ServerSpec,
} from "../model";
import { identityOf } from "../names";

/** How Linkerd calls what is spoken on a port. */
const PROXY_PROTOCOLS = {
  GRPC: "gRPC",
  HTTP: "HTTP/1",
  HTTP2: "HTTP/2",
  HTTPS: "TLS",
  TCP: "opaque",
  TLS: "TLS",
} as const satisfies Record<Protocol, ServerSpec["proxyProtocol"]>;

/**
 * Who may call a service: a Server that lets nobody in, and a policy for those whose identity is named. The health
 * checks of the kubelet pass: Linkerd lets the probes of a pod in where its Server has no routes of its own.
 */
export function accessObjects(service: Service, trustDomain: string): readonly LinkerdObject[] {
  const { access } = service;
  if (access === undefined) return [];
  const open = access.some(isOpen);
  const identities = open ? [] : identitiesOf(access, trustDomain);
  const guarded = server(service, open ? "all-unauthenticated" : "deny");
  return identities.length === 0
    ? [guarded]
    : [guarded, authentication(service, identities), authorization(service)];
}

/** Without caller and namespace a rule lets everybody in, with or without an identity. */
function isOpen({ from, namespaces }: AccessRule): boolean {
  return from === undefined && namespaces === undefined;
}

/** A policy passes when any of the identities is the caller's, so the rules lie together in one list. */
function identitiesOf(access: readonly AccessRule[], trustDomain: string): readonly string[] {
  const callers = access.flatMap(({ from = [], namespaces = [] }) => [
    ...from.flatMap((text) => parseCaller(text) ?? []),
    ...namespaces.map((namespace) => ({ namespace, serviceAccount: "*" })),
  ]);
  const identities = callers.map(({ namespace, serviceAccount }) =>
    identityOf(namespace, serviceAccount, trustDomain),
  );
  return [...new Set(identities)].toSorted();
}

function server(
  { name, namespace, targetPort, protocol }: Service,
  policy: ServerSpec["accessPolicy"],
): Server {
  return {
    apiVersion: SERVER_V1BETA3,
    kind: "Server",
    metadata: metadata(name, namespace, name),
    spec: {
      podSelector: { matchLabels: { app: name } },
      port: targetPort,
      proxyProtocol: PROXY_PROTOCOLS[protocol],
      accessPolicy: policy,
    },
  };
}

function authentication({ name, namespace }: Service, identities: readonly string[]): MeshTlsAuthentication {
  return {
    apiVersion: POLICY_V1ALPHA1,
    kind: "MeshTLSAuthentication",
    metadata: metadata(name, namespace, `${name}-callers`),
    spec: { identities },
  };
}

function authorization({ name, namespace }: Service): AuthorizationPolicy {
  return {
    apiVersion: POLICY_V1ALPHA1,
    kind: "AuthorizationPolicy",
    metadata: metadata(name, namespace, `${name}-policy`),
    spec: {
      targetRef: { group: POLICY_GROUP, kind: "Server", name },
      requiredAuthenticationRefs: [
        { group: POLICY_GROUP, kind: "MeshTLSAuthentication", name: `${name}-callers` },
      ],
    },
  };
}
