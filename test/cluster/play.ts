/**
 * Starts PostgreSQL, two servers and three workers, and leaves them running until Ctrl-C. Each has a network
 * namespace, an address and a host name of its own where the system allows it (Linux, as the superuser);
 * otherwise they are processes of this machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastingPort } from '../support/port.ts';
import { startPostgres } from '../support/postgres/server.ts';
import { QUEUES, startQueue } from '../support/queue_server.ts';
import { readScriptOptions, refuseOptions, wholeOption } from '../support/script_options.ts';
import { Network } from './network.ts';

const MAIN = join(import.meta.dir, '../../src/main.ts');
const TOKEN = 'cluster-of-five-nodes';

const USAGE = `Starts PostgreSQL, servers and workers, and leaves them running until Ctrl-C:

    bun run cluster [--servers 2] [--workers 3] [--queue redis|postgres]

  --servers <n>  machines that serve pages and run jobs
  --workers <n>  machines that only run jobs
  --queue <kind> also start a queue server: redis, or postgres for tickets on the same PostgreSQL`;

const { values } = readScriptOptions(USAGE, {
  options: {
    servers: { type: 'string', default: '2' },
    workers: { type: 'string', default: '3' },
    /** What BullMQ keeps its tickets on. */
    queue: { type: 'string' },
  },
});

const servers = wholeOption(USAGE, 'servers', values.servers, 1);
const workers = wholeOption(USAGE, 'workers', values.workers, 0);
if (values.queue !== undefined && !QUEUES.has(values.queue))
  refuseOptions(`--queue must be redis or postgres (is "${values.queue}").`, USAGE);

const folder = mkdtempSync(join(tmpdir(), 'xgpt-cluster-'));
const network = Network.create();
const postgres = await startPostgres(network);
const queue = await startQueue(values.queue, postgres, network?.gateway);
const nodes: Bun.Subprocess[] = [];
const commands = [
  ...Array.from({ length: servers }, () => 'serve'),
  ...Array.from({ length: workers }, () => 'worker'),
];
console.log(`PostgreSQL  ${postgres.address}`);
if (queue) console.log(`Tickets     ${queue.address}`);
for (const [index, command] of commands.entries()) startNode(command, index + 1);
console.log(`\nSign in with the token ${TOKEN}. Ctrl-C ends everything.`);
if (!network)
  console.log('Network namespaces are not allowed here: all nodes are on this machine.');

// The end of the server alone would not be waited for.
setInterval(() => {}, 1 << 30);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end());

function startNode(command: string, number: number): void {
  const name = `${command === 'serve' ? 'server' : command}-${number}`;
  const host = network?.addHost(name);
  const address = host?.address ?? '127.0.0.1';
  const port = host ? '3000' : lastingPort();
  const env = {
    ...process.env,
    XGPT_DATABASE_URL: postgres.address,
    ...(queue && { XGPT_QUEUE_URL: queue.address }),
    XGPT_DATA_DIR: join(folder, name),
    XGPT_IMPORTS_DIR: join(folder, 'imports'),
    XGPT_SECRET_KEY: 'c1'.repeat(32),
    XGPT_TOKEN: TOKEN,
    XGPT_HOSTS: address,
    HOST: address,
    PORT: port,
  };
  const program = [process.execPath, MAIN, command];
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const node = Bun.spawn([...(host?.prefix ?? []), ...program], { env, stdio: [...stdio] });
  nodes.push(node);
  const shown = command === 'serve' ? `http://${address}:${port}/` : '';
  console.log(`${name.padEnd(11)} process ${node.pid}  ${shown}`);
}

async function end(): Promise<void> {
  for (const node of nodes) node.kill('SIGTERM');
  await Promise.all(nodes.map(({ exited }) => exited));
  await queue?.stop();
  await postgres.stop();
  network?.remove();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
