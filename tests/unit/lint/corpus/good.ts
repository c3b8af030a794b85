/** A mesh as it should be: what several teams apply in one cluster. No rule finds anything in it. */
export const GOOD = `
apiVersion: v1
kind: Namespace
metadata: { name: shops, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shops }
spec:
  selector: { app: cart }
  ports: [{ name: http-web, port: 80, targetPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: stock, namespace: shops }
spec:
  selector: { app: stock }
  ports: [{ name: api, port: 9000, appProtocol: grpc }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart-v1, namespace: shops }
spec:
  template:
    metadata: { labels: { app: cart, version: v1 } }
    spec: { serviceAccountName: cart, containers: [] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart-v2, namespace: shops }
spec:
  template:
    metadata: { labels: { app: cart, version: v2 } }
    spec: { serviceAccountName: cart, containers: [] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: stock, namespace: shops }
spec:
  template:
    metadata: { labels: { app: stock } }
    spec: { serviceAccountName: stock, containers: [] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shops }
spec:
  hosts: [cart]
  http:
    - name: testers
      match: [{ headers: { x-tester: { exact: "1" } }, uri: { prefix: /api } }]
      route: [{ destination: { host: cart, subset: v2 } }]
    - match: [{ uri: { prefix: /api/v2 } }]
      route: [{ destination: { host: cart, subset: v2 } }]
    - match: [{ uri: { prefix: /api } }]
      timeout: 10s
      retries: { attempts: 3, perTryTimeout: 3s, retryOn: connect-failure }
      route: [{ destination: { host: cart.shops.svc.cluster.local, subset: v1 } }]
    - route:
        - { destination: { host: cart, subset: v1 }, weight: 90 }
        - { destination: { host: cart, subset: v2 }, weight: 10 }
      mirror: { host: stock }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, namespace: shops }
spec:
  host: cart
  trafficPolicy:
    tls: { mode: ISTIO_MUTUAL }
    outlierDetection: { consecutiveGatewayErrors: 5 }
    loadBalancer:
      localityLbSetting:
        enabled: true
        distribute:
          - { from: eastus/*, to: { eastus/*: 80, westeurope/*: 20 } }
          - { from: westeurope/*, to: { eastus/*: 20, westeurope/*: 80 } }
  subsets:
    - { name: v1, labels: { version: v1 } }
    - { name: v2, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: stock, namespace: shops }
spec:
  host: stock.shops.svc.cluster.local
  trafficPolicy:
    outlierDetection: { consecutiveGatewayErrors: 5 }
    loadBalancer: { localityLbSetting: { enabled: true, failover: [{ from: eastus, to: westeurope }] } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bank, namespace: shops }
spec:
  hosts: [api.bank.example.com]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{ number: 80, name: http, protocol: HTTP, targetPort: 443 }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: bank, namespace: shops }
spec:
  host: api.bank.example.com
  trafficPolicy:
    tls: { mode: SIMPLE, caCertificates: /etc/ssl/certs/ca-certificates.crt, sni: api.bank.example.com }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: shops }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 443, name: https, protocol: HTTPS }
      tls: { mode: SIMPLE, credentialName: shop-tls }
      hosts: [shop.example.com, "*.apps.example.com"]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: cross-network, namespace: istio-system }
spec:
  selector: { istio: eastwestgateway }
  servers:
    - port: { number: 15443, name: tls, protocol: TLS }
      tls: { mode: AUTO_PASSTHROUGH }
      hosts: ["*.local"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop-public, namespace: shops }
spec:
  hosts: [shop.example.com, www.apps.example.com]
  gateways: [shops/public]
  http: [{ route: [{ destination: { host: cart } }] }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: stock, namespace: shops }
spec:
  selector: { matchLabels: { app: stock } }
  jwtRules: [{ issuer: https://id.example.com, jwksUri: https://id.example.com/keys }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: stock, namespace: shops }
spec:
  selector: { matchLabels: { app: stock } }
  rules:
    - from: [{ source: { principals: [cluster.local/ns/shops/sa/cart] } }]
      to: [{ operation: { methods: [GET], paths: [/api/*] } }]
    - from: [{ source: { requestPrincipals: ["https://id.example.com/*"] } }]
      when: [{ key: "request.auth.claims[role]", values: [admin] }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: deny-admin, namespace: shops }
spec:
  selector: { matchLabels: { app: cart } }
  action: DENY
  rules:
    - to: [{ operation: { paths: [/admin/*] } }]
      from: [{ source: { notNamespaces: [operators] } }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: nothing, namespace: shops }
spec: {}
`;
