/**
 * The cost of many watchers of the taskbar, and their latency. Server and clients are separate
 * processes. The ceiling is the same bytes written to the same connections without a tracker.
 *
 *     bun bench/stream.ts [watchers, default 1000] [jobs, default 20]
 */
import { join } from 'node:path';
import type { Socket } from 'bun';
import type { Answer, Command } from './stream_server.ts';

const WATCHERS = Number(process.argv[2] ?? 1_000);
const JOBS = Number(process.argv[3] ?? 20);
const UPDATES_PER_SECOND = 1_000;
const MANY = 10_000;
const STALLED = 100;
const SATURATED_MS = 5_000;
const STALL_MS = Number(process.env.STALL_MS ?? 60_000);

/** The stream of a client that knows `jobs` events only, and that of the pages. */
const PATHS = { plain: '/api/jobs/stream', lean: '/api/jobs/stream?whole=changes' };

/** One watcher in this many is inspected, because that costs the client more than receiving does. */
const INSPECT_EVERY = 10;

interface Watcher {
  socket: Socket<undefined>;
  inspected: boolean;
  bytes: number;
  events: number;
  /** Milliseconds from `updateProgress` to these bytes. */
  delays: number[];
  /** The probe's time in the last piece; it repeats while the probe does not change. */
  lastProbe: number;
  /** When a piece with `data-status="cancelling"` came, in ms. */
  cancelSeenAt: number;
}

const server = await startServer();
const rows: [string, string, string][] = [];

try {
  await ask({ do: 'jobs', count: JOBS });
  const alone = await ask({ do: 'update', ms: 5_000, perSecond: UPDATES_PER_SECOND });

  row('updates accepted/s, nobody watching', thousands(alone.perSecond), '');
  const watchers = await connect(WATCHERS, PATHS.plain);
  const watched = await measure('', watchers, Number(alone.perSecond));
  row(
    'server CPU, cores',
    `${Number(watched.cpu).toFixed(2)} (alone ${Number(alone.cpu).toFixed(2)})`,
    '',
  );

  const cancels: number[] = [];
  for (let round = 0; round < 20; round++) {
    for (const watcher of watchers) watcher.cancelSeenAt = 0;
    const { sent } = await ask({ do: 'cancel' });
    await Bun.sleep(150);
    for (const { cancelSeenAt } of watchers)
      if (cancelSeenAt) cancels.push(cancelSeenAt - Number(sent));
    await Bun.sleep(450);
  }
  row('cancelJob → bytes, ms', `p50 ${at(cancels, 0.5)}, p99 ${at(cancels, 0.99)}`, '≤ 30');

  await stall(watchers);
  await leave(watchers);

  const pages = await connect(WATCHERS, PATHS.lean);
  await measure(', pages', pages, Number(alone.perSecond));
  await leave(pages);

  const before = Number((await ask({ do: 'memory' })).rss);
  const many = await connect(MANY, PATHS.lean);
  const held = Number((await ask({ do: 'memory' })).rss);
  reset(many);
  await ask({ do: 'flood', ms: SATURATED_MS });
  const bytes = Math.round(sum(inspected(many).map((watcher) => watcher.bytes)) / eventsOf(many));
  const flooded = deliveriesTo(many);
  await leave(many);
  await Bun.sleep(1_000);
  const after = Number((await ask({ do: 'memory' })).rss);
  const health = await fetch(`http://127.0.0.1:${server.port}/healthz`);
  const { watchers: left } = (await health.json()) as { watchers: number };
  const raw = await connect(MANY, '/ceiling');
  reset(raw);
  await ask({ do: 'ceiling', ms: SATURATED_MS, bytes });
  const ceiling = deliveriesTo(raw);
  await leave(raw);
  row(`KB a connection, ${thousands(MANY)}`, ((held - before) / MANY / 1000).toFixed(1), '≤ 15');
  row('streams open 1 s after they left', String(left), '0');
  row('MB more than before by then', ((after - before) / 1e6).toFixed(0), '');
  const perSecondSaturated = flooded / (SATURATED_MS / 1000);
  row(
    'deliveries/s, saturated',
    thousands(perSecondSaturated),
    `${percent(flooded / ceiling)} of ${thousands(ceiling / (SATURATED_MS / 1000))} (≥ 60 %)`,
  );

  console.log(`\n${WATCHERS} watchers, ${JOBS} jobs, ${UPDATES_PER_SECOND} updates/s each\n`);
  for (const [name, figure, goal] of rows)
    console.log(`${name.padEnd(42)}${figure.padStart(24)}   ${goal}`);
} finally {
  server.child.disconnect();
  await server.child.exited;
}

/** Their events while all jobs progress. */
async function measure(name: string, watchers: Watcher[], alone: number): Promise<Answer> {
  reset(watchers);
  const watched = await ask({ do: 'update', ms: 10_000, perSecond: UPDATES_PER_SECOND });
  const perSecond = inspected(watchers).map(({ events }) => events / 10);
  const kilobytes = watchers.map(({ bytes }) => bytes / 10 / 1000);
  const delays = watchers.flatMap((watcher) => watcher.delays);
  row(
    `updates accepted/s, ${WATCHERS} watching${name}`,
    thousands(watched.perSecond),
    `${percent(Number(watched.perSecond) / alone)} (≥ 80 %)`,
  );
  row(`events/s to a watcher${name}`, `${range(perSecond)}`, '8 to 21');
  row(`KB/s to a watcher${name}`, `${range(kilobytes)}`, '≤ 100');
  row(
    `updateProgress → bytes, ms${name}`,
    `p50 ${at(delays, 0.5)}, p99 ${at(delays, 0.99)}`,
    name === '' ? '≤ 50, ≤ 120' : '≤ 40, ≤ 100',
  );
  return watched;
}

/** A tenth of the watchers stops reading under full load, and then reads again. */
async function stall(watchers: Watcher[]): Promise<void> {
  const before = Number((await ask({ do: 'memory' })).rss);
  const stalled = watchers.slice(0, STALLED);
  const others = watchers.slice(STALLED);
  for (const { socket } of stalled) socket.pause();
  reset(watchers);
  const updating = ask({ do: 'update', ms: STALL_MS, perSecond: UPDATES_PER_SECOND });
  await Bun.sleep(STALL_MS - 2_000);
  const current = await readAgain(inspected(stalled));
  const { rss } = await updating;
  const perSecond = inspected(others).map(({ events }) => events / (STALL_MS / 1000));
  row(
    `MB more with ${STALLED} stalled for ${STALL_MS / 1000} s`,
    ((Number(rss) - before) / 1e6).toFixed(1),
    '≤ 30',
  );
  row('events/s to the others meanwhile', range(perSecond), '8 to 21');
  row('stalled ones current after reading, ms', range(current), '');
  for (const { socket } of stalled) socket.resume();
}

/** How long each watcher takes, in ms, until it receives a current event. */
async function readAgain(stalled: Watcher[]): Promise<number[]> {
  const begin = performance.now();
  for (const { socket } of stalled) socket.resume();
  const times = new Map<Watcher, number>();
  while (times.size < stalled.length && performance.now() - begin < 1_900) {
    for (const watcher of stalled) {
      const isCurrent = (watcher.delays.at(-1) ?? Number.POSITIVE_INFINITY) < 100;
      if (isCurrent && !times.has(watcher)) times.set(watcher, performance.now() - begin);
    }
    await Bun.sleep(2);
  }
  return stalled.map((watcher) => times.get(watcher) ?? Number.POSITIVE_INFINITY);
}

async function startServer() {
  const inbox: ((answer: Answer) => void)[] = [];
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'stream_server.ts')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc: (answer: Answer) => inbox.shift()?.(answer),
  });
  const next = () => new Promise<Answer>((resolve) => inbox.push(resolve));
  const { port } = await next();
  return { child, next, port: Number(port) };
}

function ask(command: Command): Promise<Answer> {
  const answer = server.next();
  server.child.send(command);
  return answer;
}

async function connect(count: number, path: string): Promise<Watcher[]> {
  const watchers: Watcher[] = [];
  for (let index = 0; index < count; index += 100) {
    const some = Math.min(100, count - index);
    const opened = Array.from({ length: some }, (_, nth) => watch(path, nth % INSPECT_EVERY === 0));
    watchers.push(...(await Promise.all(opened)));
  }
  await Bun.sleep(1_000);
  return watchers;
}

async function watch(path: string, inspected: boolean): Promise<Watcher> {
  const watcher = {
    inspected,
    bytes: 0,
    events: 0,
    delays: [],
    cancelSeenAt: 0,
  } as unknown as Watcher;
  watcher.socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: server.port,
    socket: {
      open: (socket) => {
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`,
        );
      },
      data: (_, chunk) => take(watcher, chunk),
    },
  });
  return watcher;
}

function take(watcher: Watcher, chunk: Buffer): void {
  const now = performance.timeOrigin + performance.now();
  watcher.bytes += chunk.length;
  if (!watcher.inspected) return;
  for (let at = chunk.indexOf('event: '); at >= 0; at = chunk.indexOf('event: ', at + 7))
    watcher.events++;
  const probe = chunk.lastIndexOf('t=1');
  if (probe >= 0) {
    const sent = Number.parseFloat(chunk.toString('latin1', probe + 2, probe + 22));
    if (sent !== watcher.lastProbe) watcher.delays.push(now - sent);
    watcher.lastProbe = sent;
  }
  if (!watcher.cancelSeenAt && chunk.includes('data-status="cancelling"'))
    watcher.cancelSeenAt = now;
}

function reset(watchers: Watcher[]): void {
  for (const watcher of watchers) Object.assign(watcher, { bytes: 0, events: 0, delays: [] });
}

async function leave(watchers: Watcher[]): Promise<void> {
  for (const { socket } of watchers) socket.terminate();
}

function row(name: string, figure: string, goal: string): void {
  rows.push([name, figure, goal]);
}

function at(values: number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1);
}

function range(values: number[]): string {
  return `${at(values, 0)} to ${at(values, 1)}`;
}

function inspected(watchers: Watcher[]): Watcher[] {
  return watchers.filter((watcher) => watcher.inspected);
}

function eventsOf(watchers: Watcher[]): number {
  return sum(inspected(watchers).map(({ events }) => events));
}

/** Events that all watchers received, from their bytes and the size of the inspected events. */
function deliveriesTo(watchers: Watcher[]): number {
  const size = sum(inspected(watchers).map(({ bytes }) => bytes)) / eventsOf(watchers);
  return sum(watchers.map(({ bytes }) => bytes)) / size;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function thousands(value: unknown): string {
  return Math.round(Number(value)).toLocaleString('en');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
