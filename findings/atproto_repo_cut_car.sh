#!/usr/bin/env bash
# @atproto/repo 0.10.14: with skipCidVerification, a CAR that is cut in its last block is read to its end.
#
# The option is meant for files whose hashes were checked already. The hash is also the only thing that
# notices a cut: the reader asks for the length that the block names, takes what is left, and returns a
# shorter block, both from bytes and from a stream. @atcute/car 6.0.2 and @ipld/car 5.4.7 check no hashes
# either, and do refuse the file.
#
# Observed with a file of three blocks without its last byte, on Node and Bun 1.4.4:
#   atproto: Error; skipping: 3 blocks, the last of 106 bytes instead of 107; stream: the same
#   atcute: RangeError; ipld: Error
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @atproto/repo@0.10.14 @atcute/cbor@2.3.6 \
  @atcute/car@6.0.2 @ipld/car@5.4.7 >/dev/null 2>&1

cat >read.mjs <<'EOF'
import { createHash } from 'node:crypto';
import { fromUint8Array } from '@atcute/car';
import { CidLinkWrapper, encode } from '@atcute/cbor';
import { readCar, readCarStream } from '@atproto/repo';
import { CarReader } from '@ipld/car';

const cidOf = (block) => [1, 0x71, 0x12, 0x20, ...createHash('sha256').update(block).digest()];
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);
const section = (block) => [...varint(36 + block.length), ...cidOf(block), ...block];
const blocks = [1, 2, 3].map((n) => encode({ n, t: 'x'.repeat(99) }));
const roots = [new CidLinkWrapper(Uint8Array.from(cidOf(blocks[0])))];
const header = encode({ version: 1, roots });
const whole = Uint8Array.from([...varint(header.length), ...header, ...blocks.flatMap(section)]);
const cut = whole.slice(0, -1);

const lengths = (read) => `${read.length} blocks, last ${read.at(-1).length} of ${blocks.at(-1).length}`;
const skip = { skipCidVerification: true };
const readers = {
  atproto: async () => lengths([...(await readCar(cut)).blocks.entries()].map((b) => b.bytes)),
  skipping: async () => lengths([...(await readCar(cut, skip)).blocks.entries()].map((b) => b.bytes)),
  stream: async () => {
    const read = [];
    for await (const { bytes } of (await readCarStream([cut], skip)).blocks) read.push(bytes);
    return lengths(read);
  },
  atcute: async () => lengths([...fromUint8Array(cut)].map((b) => b.bytes)),
  ipld: async () => lengths(await CarReader.fromBytes(cut)),
};
console.log(await readers[process.argv[2]]().catch((error) => error.constructor.name));
EOF

expect() {
  local seen
  for runtime in node node_modules/.bin/bun; do
    seen=$($runtime read.mjs "$1")
    printf '%-22s %-9s %s\n' "$runtime" "$1" "$seen"
    [ "$seen" = "$2" ] || { echo "expected: $2" >&2; exit 1; }
  done
}
expect atproto Error
expect skipping '3 blocks, last 106 of 107'
expect stream '3 blocks, last 106 of 107'
expect atcute RangeError
expect ipld Error
echo 'The results are as described.'
