#!/usr/bin/env bash
# @atcute/cbor 2.3.6: CIDs and bytes of a decoded value are views of the input, and CIDs become text late.
#
# A program that reads blocks into one buffer, decodes them and keeps the values finds other CIDs in them
# later: `$link` is computed when it is first read, from whatever the buffer holds by then. The result looks
# like a CID, and one that was read before the buffer was reused stays right, so a look at the value in a log
# repairs it. @ipld/dag-cbor 10.0.2 and @atproto/lex-cbor 0.1.6 copy.
#
# Observed on Node and Bun 1.4.4, the buffer being filled with 9 after `decode`:
#   atcute read before: bafyreiabae… bytes 0909; read after: bbeeqscijb… bytes 0909
#   ipld   read before: bafyreiabae… bytes 0102; read after: bafyreiabae… bytes 0102
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @ipld/dag-cbor@10.0.2 @atproto/lex-cbor@0.1.6 \
  @atcute/cbor@2.3.6 >/dev/null 2>&1

cat >read.mjs <<'EOF'
const names = { atcute: '@atcute/cbor', ipld: '@ipld/dag-cbor', lex: '@atproto/lex-cbor' };
const { decode } = await import(names[process.argv[2]]);
const record = [0xa2, 0x61, 0x62, 0x42, 1, 2, 0x61, 0x63, 0xd8, 0x2a, 0x58, 0x25, 0, 1, 0x71, 0x12, 0x20];
const digest = new Array(32).fill(1);
const link = ({ c }) => String(c.$link ?? c);
const bytes = ({ b }) => Buffer.from(b.buf ?? b).toString('hex');
const read = (early) => {
  const buffer = new Uint8Array([...record, ...digest]);
  const value = decode(buffer);
  if (early) link(value);
  buffer.fill(9);
  return `${link(value).slice(0, 9)} ${bytes(value)}`;
};
console.log(`before: ${read(true)}, after: ${read(false)}`);
EOF

expect() {
  local seen
  for runtime in node node_modules/.bin/bun; do
    seen=$($runtime read.mjs "$1")
    printf '%-22s %-7s %s\n' "$runtime" "$1" "$seen"
    [ "$seen" = "$2" ] || { echo "expected: $2" >&2; exit 1; }
  done
}
expect atcute 'before: bafyreiab 0909, after: bbeeqscij 0909'
expect ipld 'before: bafyreiab 0102, after: bafyreiab 0102'
expect lex 'before: bafyreiab 0102, after: bafyreiab 0102'
echo 'The results are as described.'
