#!/usr/bin/env bash
# @ipld/dag-cbor 10.0.2 and @atproto/lex-cbor: a text that begins with U+FEFF loses it when it is decoded.
#
# DAG-CBOR has one form for each value, so what is decoded and encoded again has the same bytes and the same
# CID. Both libraries decode texts with a TextDecoder that drops a byte order mark. A record that begins
# with one has another CID when it is written back, the byte ranges of its links (facets) point three bytes
# too far, and a map with the keys "a" and "U+FEFF a" is refused because of a repeated key. Bytes that are
# not UTF-8 become U+FFFD, without an error. @atcute/cbor 2.3.6 keeps the mark, and refuses such bytes.
#
# Observed with @ipld/dag-cbor 10.0.2, @atproto/lex-cbor 0.1.6, @atcute/cbor 2.3.6, on Node and Bun 1.4.4:
#   atcute: mark kept, same bytes; keys a,\ufeffa; no UTF-8: TypeError
#   ipld:   mark lost, other bytes; keys: Error; no UTF-8: h\ufffdi
#   lex:    mark lost, other bytes; keys: Error; no UTF-8: h\ufffdi
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @ipld/dag-cbor@10.0.2 @atproto/lex-cbor@0.1.6 \
  @atcute/cbor@2.3.6 >/dev/null 2>&1

cat >read.mjs <<'EOF'
const names = { atcute: '@atcute/cbor', ipld: '@ipld/dag-cbor', lex: '@atproto/lex-cbor' };
const name = process.argv[2];
const { decode, encode } = await import(names[name]);
const seen = (work) => {
  try {
    return work();
  } catch (error) {
    return error.constructor.name;
  }
};
const marked = new Uint8Array([0x65, 0xef, 0xbb, 0xbf, 0x68, 0x69]);
const text = decode(marked);
const keys = new Uint8Array([0xa2, 0x61, 0x61, 1, 0x64, 0xef, 0xbb, 0xbf, 0x61, 2]);
const invalid = new Uint8Array([0x63, 0x68, 0xff, 0x69]);
const same = Buffer.from(encode(text)).equals(Buffer.from(marked));
const plain = (value) => String(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
console.log(
  `${name}: mark ${text.length === 3 ? 'kept' : 'lost'}, ${same ? 'same' : 'other'} bytes; ` +
    `keys ${plain(seen(() => Object.keys(decode(keys))))}; no UTF-8 ${plain(seen(() => decode(invalid)))}`,
);
EOF

expect() {
  local seen
  for runtime in node node_modules/.bin/bun; do
    seen=$($runtime read.mjs "$1")
    printf '%-22s %s\n' "$runtime" "$seen"
    [ "$seen" = "$2" ] || { echo "expected: $2" >&2; exit 1; }
  done
}
expect atcute 'atcute: mark kept, same bytes; keys a,\ufeffa; no UTF-8 TypeError'
expect ipld 'ipld: mark lost, other bytes; keys Error; no UTF-8 h\ufffdi'
expect lex 'lex: mark lost, other bytes; keys Error; no UTF-8 h\ufffdi'
echo 'The results are as described.'
