#!/usr/bin/env bash
# Builds the image and starts the monitor, Prometheus, Alertmanager and Grafana: http://localhost:3000 and http://localhost:10061.
set -euo pipefail
cd "$(dirname "$0")"
./build.sh
docker compose up -d "$@"
