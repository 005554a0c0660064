#!/usr/bin/env bash
# Regenerates src/graph/onnx/onnx_pb.ts, the messages of ONNX files, from the onnx.proto that the Python package onnx 1.23.2 carries:
#   pip install --no-deps --target onnx-python onnx==1.23.2 && scripts/make-onnx-pb.sh onnx-python/onnx/onnx.proto
set -euo pipefail

proto=$(realpath "$1")
target=$(realpath "$(dirname "$0")/..")/src/graph/onnx
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cp "$proto" onnx.proto
npm install --silent --prefix . @bufbuild/buf@1.75.0 @bufbuild/protoc-gen-es@2.17.0
export PATH="$work/node_modules/.bin:$PATH"
# Without source info the comments of onnx.proto, the greater part of the file, stay out.
buf build onnx.proto --exclude-source-info -o onnx.binpb
buf generate onnx.binpb --template '{"version":"v2","plugins":[{"local":"protoc-gen-es","out":".","opt":["target=ts","erasable_syntax=true"]}]}'
{
  echo '// The messages of ONNX files. Generated from onnx.proto of ONNX 1.23.2 (Copyright (c) ONNX Project Contributors, Apache-2.0)'
  echo '// by scripts/make-onnx-pb.sh; not edited by hand. Used by the readers and writers beside it.'
  cat onnx_pb.ts
} > "$target/onnx_pb.ts"
