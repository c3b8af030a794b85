#!/bin/sh
# The mesh of docs/architecture.md by hand, on clusters that stand: certificates, charts, credentials, policies.
# Run again, it brings everything up to date.
#
# usage: install.sh FOLDER CHARTS REGION…
#   FOLDER   has for each region namespaces.json, reader.json, policies.json and values-<chart>.json
#   CHARTS   folder with the Istio charts
# KUBECONFIG has a context <region>-cluster for each region.
set -eu
folder=$1 charts=$2
shift 2

# --- Certificates: one root, an intermediate for each region
cd "$folder"
umask 077
if [ ! -f root.pem ]; then
  openssl ecparam -name secp384r1 -genkey -noout -out root.key
  openssl req -x509 -new -key root.key -sha256 -days 3650 -subj "/O=mesh1/CN=root r1 mesh1" \
    -addext "keyUsage=critical,digitalSignature,keyCertSign,cRLSign" -out root.pem
fi
for region in "$@"; do
  [ -f "$region/ca.pem" ] && continue
  openssl ecparam -name secp384r1 -genkey -noout -out "$region/ca.key"
  openssl req -new -key "$region/ca.key" -subj "/O=mesh1/CN=intermediate $region mesh1" -out "$region/ca.csr"
  printf '%s\n' "basicConstraints=critical,CA:TRUE,pathlen:0" "keyUsage=critical,digitalSignature,keyCertSign,cRLSign" \
    "subjectAltName=DNS:istiod.istio-system.svc" >"$region/ca.ext"
  openssl x509 -req -in "$region/ca.csr" -CA root.pem -CAkey root.key -CAcreateserial -sha256 -days 730 \
    -extfile "$region/ca.ext" -out "$region/ca.pem" 2>/dev/null
  cat "$region/ca.pem" root.pem >"$region/chain.pem"
done

# --- Each region: namespaces, CA, charts, reader
region() {
  region=$1
  kube="kubectl --context $region-cluster"
  $kube apply -f "$region/namespaces.json"
  $kube create secret generic cacerts --namespace istio-system --dry-run=client -o json \
    --from-file=ca-cert.pem="$region/ca.pem" --from-file=ca-key.pem="$region/ca.key" \
    --from-file=root-cert.pem=root.pem --from-file=cert-chain.pem="$region/chain.pem" | $kube apply -f -
  chart() {
    helm --kube-context "$region-cluster" upgrade --install "$1" "$charts/$2" --namespace "$3" \
      --values "$region/values-$2.json" --atomic --timeout 10m >/dev/null
  }
  chart istio-base base istio-system
  chart istiod istiod istio-system
  chart istio-ingressgateway gateway istio-ingress
  $kube apply -f "$region/reader.json"
}

# Waits for all of the background; where one failed, shows the logs and fails.
join() {
  status=0
  for pid in $pids; do wait "$pid" || status=1; done
  pids=
  [ "$status" = 0 ] || tail -n 5 */*.log >&2
  return $status
}

pids=
for region in "$@"; do
  region "$region" >"$region/install.log" 2>&1 &
  pids="$pids $!"
done
join

# --- Links: each region's credential becomes a secret of every other one
for region in "$@"; do
  kube="kubectl --context $region-cluster"
  token=
  until token=$($kube get secret reader-g1 --namespace istio-system -o 'jsonpath={.data.token}') && [ -n "$token" ]; do
    sleep 0.2
  done
  server=$(kubectl config view --minify --context "$region-cluster" -o 'jsonpath={.clusters[0].cluster.server}')
  ca=$(kubectl config view --minify --raw --context "$region-cluster" \
    -o 'jsonpath={.clusters[0].cluster.certificate-authority-data}')
  cat >"$region/remote.yaml" <<EOF
apiVersion: v1
kind: Config
clusters: [{ name: $region-cluster, cluster: { server: "$server", certificate-authority-data: $ca } }]
users: [{ name: $region-cluster, user: { token: "$(printf %s "$token" | base64 -d)" } }]
contexts: [{ name: $region-cluster, context: { cluster: $region-cluster, user: $region-cluster } }]
current-context: $region-cluster
EOF
done
link() {
  region=$1
  shift
  kube="kubectl --context $region-cluster"
  for peer in "$@"; do
    [ "$peer" = "$region" ] && continue
    $kube create secret generic "istio-remote-secret-$peer-cluster" --namespace istio-system --dry-run=client -o json \
      --from-file="$peer-cluster=$peer/remote.yaml" |
      $kube label --local -f - istio/multiCluster=true -o json |
      $kube annotate --local -f - "networking.istio.io/cluster=$peer-cluster" -o json |
      $kube apply -f -
  done
  $kube apply -f "$region/policies.json"
}
for region in "$@"; do
  link "$region" "$@" >"$region/link.log" 2>&1 &
  pids="$pids $!"
done
join
