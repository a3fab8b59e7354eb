#!/usr/bin/env bash
# @modelcontextprotocol/client 2.4.0: a client that declares the Tasks extension refuses every task of a server
# of revision 2026-07-28, and takes it from one of 2025-11-25 without the field that says what it is.
#
# A client says with `extensions: { 'io.modelcontextprotocol/tasks': {} }` that it takes the handle of a task
# in place of a result. The library sends that declaration, but only knows the results `complete` and
# `input_required`: `request` rejects with UNSUPPORTED_RESULT_TYPE before the caller's own schema sees
# anything, and the task's id is in no field of the error, while the server runs the task. In revision
# 2025-11-25, which has no such field, the same answer is a success whose `resultType` was removed. On its way
# server 2.4.0 adds an empty `content`, so that the handle looks like a result with nothing in it.
#
# Observed with node and with the npm package bun 1.4.4:
#   2026-07-28  UNSUPPORTED_RESULT_TYPE
#   2025-11-25  content [] and taskId, no resultType
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @modelcontextprotocol/server@2.4.0 \
  @modelcontextprotocol/client@2.4.0 zod@4.6.7 >/dev/null 2>&1

cat >call.mjs <<'EOF'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
const extensions = { 'io.modelcontextprotocol/tasks': {} };
const now = new Date(0).toISOString();
const handle = { resultType: 'task', taskId: 't', status: 'working', createdAt: now, lastUpdatedAt: now, ttlMs: null };
const handler = createMcpHandler(() => {
  const server = new Server({ name: 's', version: '1' }, { capabilities: { tools: {}, extensions } });
  server.setRequestHandler('tools/call', async () => handle);
  return server;
});
const fetch = (url, init) => handler.fetch(new Request(url, init));
for (const mode of [{ pin: '2026-07-28' }, 'legacy']) {
  const options = { versionNegotiation: { mode }, capabilities: { extensions } };
  const client = new Client({ name: 'c', version: '1' }, options);
  await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch }));
  const call = { method: 'tools/call', params: { name: 'any', arguments: {} } };
  const seen = await client.request(call, z.any()).then(
    (result) => ['content', 'taskId', 'resultType'].filter((field) => field in result).join(' '),
    ({ code, message, data }) => `${code}${JSON.stringify({ message, data }).includes('taskId') ? ' taskId' : ''}`,
  );
  console.log(seen);
}
process.exit(0);
EOF

for program in node node_modules/.bin/bun; do
  seen=$("$program" call.mjs | tr '\n' ',')
  printf '%-6s %s\n' "${program##*/}" "$seen"
  wanted='UNSUPPORTED_RESULT_TYPE,content taskId,'
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
done
echo 'The results are as described.'
