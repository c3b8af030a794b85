#!/bin/sh
# Takes out what install.sh put in, by hand; the clusters stay.
#
# usage: remove.sh FOLDER REGION…
set -eu
folder=$1
shift
cd "$folder"
remove() {
  region=$1
  kube="kubectl --context $region-cluster"
  $kube delete -f "$region/policies.json" --ignore-not-found
  $kube delete secret --namespace istio-system --selector istio/multiCluster=true
  for release in istio-ingressgateway:istio-ingress istiod:istio-system istio-base:istio-system; do
    helm --kube-context "$region-cluster" uninstall "${release%:*}" --namespace "${release#*:}" --wait
  done
  $kube delete -f "$region/reader.json" -f "$region/namespaces.json" --ignore-not-found
}
pids=
for region in "$@"; do
  remove "$region" >"$region/remove.log" 2>&1 &
  pids="$pids $!"
done
status=0
for pid in $pids; do wait "$pid" || status=1; done
[ "$status" = 0 ] || tail -n 5 */remove.log >&2
exit $status
