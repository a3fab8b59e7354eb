#!/usr/bin/env bash
# onnxruntime-node 1.30.0: a fusion that is on by default makes "add, then normalise" 4 times as slow.
#
# A transformer adds to its residual stream and normalises it, twice in each layer. SkipLayerNormFusion, one
# of the graph optimisations of the default level, replaces the two nodes by one SkipLayerNormalization,
# whose kernel for the CPU takes longer than both of them. The other fusions cannot be told from it by the
# level: "basic" leaves all of them out. The setting `optimization.disable_specified_optimizers` leaves out
# this one. In a sentence model of 6 layers with 4-bit weights (all-MiniLM-L6-v2) it saves 6 % of an inference.
#
# Observed on Node 20 and Bun 1.4.4, one thread of an AMD EPYC, 32 rows of 384 numbers, CPU time of a pair:
#   fused: 70 µs; apart: 15 µs
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
# The package's script would download CUDA libraries.
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 >/dev/null 2>&1
npm install --silent --no-audit --no-fund bun@1.4.4 >/dev/null 2>&1

cat >fusion.cjs <<'JS'
const { InferenceSession, Tensor } = require('onnxruntime-node');
const [ROWS, WIDTH, PAIRS, ROUNDS] = [32, 384, 26, 300];

// A model in the format of ONNX: PAIRS times x = LayerNormalization(x + y).
const varint = (v) => (v < 128 ? [v] : [(v % 128) + 128, ...varint(Math.floor(v / 128))]);
const bytes = (field, b) => [...varint(field * 8 + 2), ...varint(b.length), ...b];
const int = (field, v) => [...varint(field * 8), ...varint(v)];
const text = (field, s) => bytes(field, [...Buffer.from(s)]);
const floats = (numbers) => [...new Uint8Array(Float32Array.from(numbers).buffer)];
const shape = bytes(2, [1, ROWS, WIDTH].flatMap((size) => bytes(1, int(1, size))));
const value = (field, name) =>
  bytes(field, [...text(1, name), ...bytes(2, bytes(1, [...int(1, 1), ...shape]))]);
const ones = floats(Array(WIDTH).fill(1));
const weights = bytes(5, [...int(1, WIDTH), ...int(2, 1), ...text(8, 'ones'), ...bytes(9, ones)]);
const epsilon = bytes(5, [...text(1, 'epsilon'), 0x15, ...floats([1e-12]), ...int(20, 1)]);
const node = (type, inputs, output, attribute = []) =>
  bytes(1, [...inputs.flatMap((i) => text(1, i)), ...text(2, output), ...text(4, type), ...attribute]);
const nodes = Array.from({ length: PAIRS }, (_, i) => {
  const output = i === PAIRS - 1 ? 'z' : `x${i + 1}`;
  return [
    ...node('Add', [i === 0 ? 'x' : `x${i}`, 'y'], `sum${i}`),
    ...node('LayerNormalization', [`sum${i}`, 'ones', 'ones'], output, epsilon),
  ];
}).flat();
const graph = [...nodes, ...text(2, 'g'), ...weights, ...value(11, 'x'), ...value(11, 'y'), ...value(12, 'z')];
const model = () =>
  new Uint8Array([...int(1, 10), ...bytes(7, graph), ...bytes(8, [...text(1, ''), ...int(2, 17)])]);

(async () => {
  const threads = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const without = { optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' } };
  const fused = { session: await InferenceSession.create(model(), threads), times: [] };
  const apart = {
    session: await InferenceSession.create(model(), { ...threads, extra: without }),
    times: [],
  };
  const random = () => Float32Array.from({ length: ROWS * WIDTH }, Math.random);
  const tensor = () => new Tensor('float32', random(), [1, ROWS, WIDTH]);
  const inputs = { x: tensor(), y: tensor() };
  for (let round = 0; round < ROUNDS; round++) {
    for (const { session, times } of [fused, apart]) {
      const before = process.cpuUsage();
      await session.run(inputs);
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / PAIRS);
    }
  }
  const median = ({ times }) => times.sort((a, b) => a - b)[times.length >> 1];
  const [one, two] = [median(fused), median(apart)];
  console.log(`fused: ${one.toFixed(0)} µs; apart: ${two.toFixed(0)} µs`);
  // Twice leaves room for other processors and a busy machine.
  process.exit(one > 2 * two ? 0 : 1);
})();
JS

for runtime in node node_modules/.bin/bun; do
  printf '%-22s ' "$runtime"
  $runtime fusion.cjs || { echo 'The fused node is not slower.' >&2; exit 1; }
done
echo 'The results are as described.'
