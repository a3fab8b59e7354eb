#!/usr/bin/env bash
# @modelcontextprotocol/inspector 2.12.0: in its command line a call of a tool ends with the handle of a task,
# as if that were the result, unless one asks for the newer revision of the protocol.
#
# `mcp-inspector --cli <url> --method tools/call …` speaks revision 2025-11-25 by default, also to a server
# that has 2026-07-28. In both it declares the extension for tasks, so a server answers with a handle. With
# `--protocol-era modern` it asks for the task until that has ended, and prints the result. By default it prints
# the handle without the field that tells it from a result, and exits with 0: a script takes an empty `content`
# for the answer of the tool, while the task is running.
#
# Observed with node 20, against one server of both revisions:
#   default                 declares the extension, prints the handle: content [], status working
#   --protocol-era modern   declares the extension, prints the result: done
set -euo pipefail
folder=$(mktemp -d)
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 @modelcontextprotocol/server@2.4.0 zod@4.6.7 \
  @modelcontextprotocol/inspector@2.12.0 >/dev/null 2>&1

cat >server.mjs <<'EOF'
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
const extensions = { 'io.modelcontextprotocol/tasks': {} };
const now = new Date().toISOString();
const task = { taskId: 't', createdAt: now, lastUpdatedAt: now, ttlMs: null, pollIntervalMs: 50 };
const result = { content: [{ type: 'text', text: 'done' }] };
const handler = createMcpHandler(() => {
  const server = new Server({ name: 's', version: '1' }, { capabilities: { tools: {}, extensions } });
  const tool = { name: 'any', inputSchema: { type: 'object' } };
  server.setRequestHandler('tools/list', async () => ({ tools: [tool] }));
  server.setRequestHandler('tools/call', async () => ({ resultType: 'task', status: 'working', ...task }));
  const schemas = { params: z.object({ taskId: z.string() }), result: z.any() };
  const ended = { resultType: 'complete', status: 'completed', ...task, result };
  server.setRequestHandler('tasks/get', schemas, async () => ended);
  return server;
});
const server = Bun.serve({
  port: 0,
  async fetch(request) {
    const body = await request.clone().text();
    if (body.includes('io.modelcontextprotocol/tasks')) console.error('declared');
    return handler.fetch(request);
  },
});
console.log(server.url.origin);
EOF
node_modules/.bin/bun server.mjs >address 2>>declared &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
until [ -s address ]; do sleep 0.1; done

call() {
  : >declared
  printed=$(node_modules/.bin/mcp-inspector --cli "$(cat address)/mcp" --transport http "$@" \
    --method tools/call --tool-name any | tr -d ' \n')
  case $printed in
    *'"content":[],'*'"status":"working"'*) printed=handle ;;
    *'"text":"done"'*) printed=result ;;
  esac
  echo "$(sort -u declared) $printed"
}
default=$(call)
modern=$(call --protocol-era modern)
echo "default: $default"
echo "modern:  $modern"
[ "$default, $modern" = 'declared handle, declared result' ] ||
  { echo 'expected: declared handle, declared result' >&2; exit 1; }
echo 'The results are as described.'
