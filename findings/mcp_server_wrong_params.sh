#!/usr/bin/env bash
# @modelcontextprotocol/server 2.4.0: wrong parameters are an internal error in the protocol's own methods, and
# invalid parameters in methods that one adds.
#
# JSON-RPC has −32602 for parameters of the wrong form and −32603 for faults of the server. The library checks
# parameters before a handler runs. For a method that was added with schemas it answers −32602, as its
# documentation says; for the methods of the protocol −32603, with the issues of Zod as JSON in the message.
# Monitoring that counts −32603 as faults of the server then counts mistakes of its clients, and a client that
# retries after an internal error sends the same mistake again.
#
# Observed with node and with the npm package bun 1.4.4, in both revisions of the protocol:
#   resources/list with a cursor of 5  -32603
#   custom/echo with a text of 5       -32602
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @modelcontextprotocol/server@2.4.0 zod@4.6.7 >/dev/null 2>&1

cat >ask.mjs <<'EOF'
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
const handler = createMcpHandler(() => {
  const server = new Server({ name: 'echo', version: '1' }, { capabilities: { resources: {} } });
  server.setRequestHandler('resources/list', async () => ({ resources: [] }));
  const schemas = { params: z.object({ text: z.string() }), result: z.any() };
  server.setRequestHandler('custom/echo', schemas, async ({ text }) => ({ text }));
  return server;
});
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
async function codeOf(isModern, method, params) {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(isModern && { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method }),
  };
  const given = isModern ? { ...params, _meta: meta } : params;
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: given });
  const request = new Request('http://localhost/mcp', { method: 'POST', headers, body });
  return /"code":(-\d+)/.exec(await (await handler.fetch(request)).text())?.[1];
}
for (const isModern of [true, false]) {
  console.log(
    await codeOf(isModern, 'resources/list', { cursor: 5 }),
    await codeOf(isModern, 'custom/echo', { text: 5 }),
  );
}
process.exit(0);
EOF

for program in node node_modules/.bin/bun; do
  seen=$("$program" ask.mjs | tr '\n' ',')
  printf '%-6s %s\n' "${program##*/}" "$seen"
  wanted='-32603 -32602,-32603 -32602,'
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
done
echo 'The results are as described.'
