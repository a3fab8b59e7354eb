#!/usr/bin/env bash
# Bun 1.4.4: an unconnected UDP socket of Bun.udpSocket is told of every datagram that nobody took.
#
# A datagram that is sent from an unconnected UDP socket to a port of this host where nobody listens
# is lost without a word in most programs: the kernel reports the refusal to connected sockets alone,
# and node:dgram, in Node as in Bun, says nothing. Bun.udpSocket asks the kernel for such reports
# (IP_RECVERR), hands each to the `error` handler as ECONNREFUSED with the system call `recv`, and
# throws it as an uncaught exception where there is no handler. So a program that rings at others by
# UDP ends when one of them has gone, unless it has an `error` handler.
#
# Seen with the npm package bun 1.4.4 on Linux (Debian 12), Node 20:
#   Bun.udpSocket with a handler     send true, ECONNREFUSED recv
#   Bun.udpSocket without a handler  uncaught ECONNREFUSED
#   node:dgram in Node               sent
#   node:dgram in Bun                sent
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 >/dev/null 2>&1
bun=node_modules/.bin/bun

cat >with_handler.mjs <<'EOF'
const gone = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0 });
const { port } = gone;
gone.close();
const seen = [];
const error = ({ code, syscall }) => seen.push(`${code} ${syscall}`);
const socket = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0, socket: { data() {}, error } });
seen.push(`send ${socket.send('x', port, '127.0.0.1')}`);
await Bun.sleep(200);
socket.close();
console.log(seen.join(', '));
EOF

cat >without_handler.mjs <<'EOF'
process.on('uncaughtException', ({ code }) => console.log(`uncaught ${code}`));
const gone = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0 });
const { port } = gone;
gone.close();
const socket = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
socket.send('x', port, '127.0.0.1');
await Bun.sleep(200);
socket.close();
EOF

cat >dgram.mjs <<'EOF'
import { createSocket } from 'node:dgram';
const bound = () =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => resolve(socket));
  });
const gone = await bound();
const { port } = gone.address();
await new Promise((resolve) => gone.close(resolve));
const seen = [];
const socket = await bound();
socket.on('error', ({ code }) => seen.push(code));
await new Promise((resolve) =>
  socket.send('x', port, '127.0.0.1', (error) => {
    seen.push(error ? error.code : 'sent');
    resolve();
  }),
);
await new Promise((resolve) => setTimeout(resolve, 200));
socket.close();
console.log(seen.join(', '));
EOF

expect() {
  local name=$1 wanted=$2 seen
  seen=$("${@:3}")
  printf '%-32s %s\n' "$name" "$seen"
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
}
echo "Bun $($bun --version), Node $(node --version)"
expect 'Bun.udpSocket with a handler' 'send true, ECONNREFUSED recv' "$bun" with_handler.mjs
expect 'Bun.udpSocket without a handler' 'uncaught ECONNREFUSED' "$bun" without_handler.mjs
expect 'node:dgram in Node' 'sent' node dgram.mjs
expect 'node:dgram in Bun' 'sent' "$bun" dgram.mjs
echo 'As described.'
