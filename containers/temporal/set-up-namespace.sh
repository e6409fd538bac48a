#!/bin/sh
# Waits for the Temporal server at TEMPORAL_ADDRESS, makes TEMPORAL_NAMESPACE, and gives it its retention; done again, it
# changes nothing.
set -eu

ATTEMPTS=60

wait_for() {
  attempt=1
  until "$@" >/dev/null 2>&1; do
    if [ "$attempt" -ge "$ATTEMPTS" ]; then
      echo "not within $ATTEMPTS attempts: $*" >&2
      "$@" # says why
    fi
    attempt=$((attempt + 1))
    sleep 1
  done
}

wait_for temporal operator cluster health
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
fi
# the server knows a new namespace only after it has read the list again
wait_for temporal workflow count --namespace "$TEMPORAL_NAMESPACE"
echo "Namespace $TEMPORAL_NAMESPACE is ready."
