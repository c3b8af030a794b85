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
for pid in $pids; do wait "$pid"; done
