#!/usr/bin/env bash
# Bun 1.4.4: an unconnected socket of Bun.udpSocket gets an error for each datagram that was refused.
#
# When an unconnected UDP socket sends to a port of this host on which nothing listens, most programs
# never learn about it: the kernel reports the refusal to connected sockets only, and node:dgram reports
# nothing, in Node and in Bun. Bun.udpSocket asks the kernel for these reports (IP_RECVERR). It passes
# each to the `error` handler as ECONNREFUSED with the system call `recv`; without a handler it throws an
# uncaught exception. So a program that notifies other processes by UDP ends when one of them has exited,
# unless it has an `error` handler.
#
# Observed with the npm package bun 1.4.4 on Linux (Debian 12) and Node 20:
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
const closed = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0 });
const { port } = closed;
closed.close();
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
const closed = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0 });
const { port } = closed;
closed.close();
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
const closed = await bound();
const { port } = closed.address();
await new Promise((resolve) => closed.close(resolve));
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
echo 'The results are as described.'
