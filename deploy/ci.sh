#!/usr/bin/env bash
# Checks what is in deploy against the programs it is for. Needs Go, and root on Debian to install the rest; with SKIP_INSTALL=1
# it takes what is there, and skips what is not.
set -euo pipefail
cd "$(dirname "$0")/../tools"

if [ -z "${SKIP_INSTALL:-}" ]; then
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus prometheus-alertmanager buildah systemd >/dev/null
fi
go vet ./...
go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
go test ./...
