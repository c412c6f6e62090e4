#!/usr/bin/env bash
# Builds the image: the binary first, with Go on this machine, then the image around it. The builder is docker, or what BUILDER names,
# such as BUILDER="buildah bud"; the tag is the argument, or tension-monitor. GOARCH=arm64 builds for ARM.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir "$out/data"
revision=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
version=github.com/prometheus/common/version
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X $version.Version=${VERSION:-$revision} -X $version.Revision=$revision" -o "$out/monitor" ./cmd/monitor
${BUILDER:-docker build} ${GOARCH:+--platform "linux/$GOARCH"} -t "${1:-tension-monitor}" -f deploy/docker/Dockerfile "$out"
