#!/usr/bin/env bash
# @modelcontextprotocol/server 2.4.0: a server over standard input drops the answers to what it has read when
# its input ends, and exits with 0.
#
# `printf '…' | server` is how people try a server of this kind, and a program that writes its requests and
# closes the pipe does the same. When standard input ends, the transport closes and the instance with it,
# although handlers still run: the answer of each that waits for anything, be it a database, is never written.
# Only what was answered before the end of the input is there. Nothing says that something is missing.
#
# Observed with node and with the npm package bun 1.4.4, for a tool that takes 50 ms:
#   input ends at once       the answer to initialize only, or none; exit code 0
#   input stays open 3 s     both answers
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @modelcontextprotocol/server@2.4.0 >/dev/null 2>&1

cat >server.mjs <<'EOF'
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
serveStdio(() => {
  const server = new Server({ name: 's', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/call', async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return server;
});
EOF

send() {
  echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}'
  echo '{"jsonrpc":"2.0","method":"notifications/initialized"}'
  echo '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"any","arguments":{}}}'
}
for program in node node_modules/.bin/bun; do
  # The time in which both programs have started, and answered.
  at_once=$(send | "$program" server.mjs | grep -c '"done"' || true)
  later=$({ send; sleep 3; } | "$program" server.mjs | grep -c '"done"' || true)
  printf '%-6s answers of the tool: %s when the input ends at once, %s when it stays open\n' \
    "${program##*/}" "$at_once" "$later"
  [ "$at_once $later" = '0 1' ] || { echo 'expected: 0 and 1' >&2; exit 1; }
done
echo 'The results are as described.'
