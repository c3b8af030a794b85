#!/bin/sh
# Applies changed policies to every region, by hand.
#
# usage: change.sh FOLDER FILE REGION…
#   FOLDER   has FILE for each region
set -eu
folder=$1 file=$2
shift 2
cd "$folder"
pids=
for region in "$@"; do
  kubectl --context "$region-cluster" apply -f "$region/$file" >"$region/change.log" 2>&1 &
  pids="$pids $!"
done
status=0
for pid in $pids; do wait "$pid" || status=1; done
[ "$status" = 0 ] || tail -n 5 */change.log >&2
exit $status
