#!/bin/sh
# Keeps the Node program running. Engine and tunnel are processes of their own, which a new Node program adopts.
# `docker stop` sends TERM here and means all of it, so Node is told with INT to end what it started.
trap 'kill -INT "$node" 2>/dev/null; wait "$node"; exit 0' TERM INT
while :; do
  node --disable-warning=ExperimentalWarning /opt/rpibroker/agent.mjs &
  node=$!
  wait "$node"
  sleep 1 &
  wait $!
done
