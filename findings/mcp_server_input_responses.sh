#!/usr/bin/env bash
# @modelcontextprotocol/server 2.4.0: a method of one's own never gets its parameter `inputResponses`, so that
# one which requires it refuses every request.
#
# The Tasks extension has the method tasks/update with the required parameter `inputResponses`, and the library
# leaves the methods of extensions to `setRequestHandler(method, { params, result }, handler)`. Requests of
# revision 2026-07-28 may repeat a call with `inputResponses`, so the library takes a parameter of that name out
# of every request before the schema sees it, and puts it into `ctx.mcpReq.inputResponses`. With the schema of
# the extension's specification each update is answered with −32602, although the client sent what it should.
# Requests of revision 2025-11-25, which has no such repetition, are treated likewise.
#
# Observed with node and with the npm package bun 1.4.4, in both revisions, for a request with the parameter:
#   the schema requires it       -32602
#   the schema has it optional   not in the parameters, but in the context
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @modelcontextprotocol/server@2.4.0 zod@4.6.7 >/dev/null 2>&1

cat >update.mjs <<'EOF'
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
const responses = z.record(z.string(), z.any());
const handler = createMcpHandler(() => {
  const server = new Server({ name: 'tasks', version: '1' }, { capabilities: {} });
  for (const [method, schema] of [['tasks/update', responses], ['own/update', responses.optional()]]) {
    const schemas = { params: z.object({ inputResponses: schema }), result: z.any() };
    server.setRequestHandler(method, schemas, async ({ inputResponses }, { mcpReq }) => ({
      seen: `${Object.keys(inputResponses ?? {})}/${Object.keys(mcpReq.inputResponses ?? {})}`,
    }));
  }
  return server;
});
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
async function ask(isModern, method) {
  const params = { taskId: 't', inputResponses: { name: { action: 'accept', content: {} } } };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(isModern && {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': 't',
    }),
  };
  const given = isModern ? { ...params, _meta: meta } : params;
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: given });
  const request = new Request('http://localhost/mcp', { method: 'POST', headers, body });
  const text = await (await handler.fetch(request)).text();
  return /"code":(-\d+)/.exec(text)?.[1] ?? /"seen":"([^"]*)"/.exec(text)?.[1] ?? text;
}
for (const isModern of [true, false])
  console.log(await ask(isModern, 'tasks/update'), await ask(isModern, 'own/update'));
process.exit(0);
EOF

for program in node node_modules/.bin/bun; do
  seen=$("$program" update.mjs | tr '\n' ',')
  printf '%-6s %s\n' "${program##*/}" "$seen"
  wanted='-32602 /name,-32602 /name,'
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
done
echo 'The results are as described.'
