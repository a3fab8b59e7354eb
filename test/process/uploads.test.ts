import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { NAVIGATION } from '../support/app.ts';
import {
  accountFiles,
  part,
  temporaryFolder,
  tweet,
  writeZip,
} from '../support/archive_fixture.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);

const mounted: string[] = [];

afterAll(async () => {
  for (const folder of mounted.splice(0)) Bun.spawnSync(['umount', '-l', folder]);
  await stopServers();
});

const importsOf = ({ dataDir }: TestServer) => join(dataDir, 'imports');

async function zip(): Promise<Uint8Array<ArrayBuffer>> {
  await using folder = await temporaryFolder();
  const content = {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', [tweet(9_001)]),
  };
  const path = await writeZip(join(folder.path, 'archive.zip'), content);
  return new Uint8Array(await Bun.file(path).arrayBuffer());
}

function upload(server: TestServer, bytes: Uint8Array<ArrayBuffer>, accept = 'application/json') {
  const body = new FormData();
  body.append('source', 'archive');
  body.append('file', new File([bytes], 'mine.zip'));
  return fetch(`${server.url}/api/imports`, { method: 'POST', body, headers: { accept } });
}

interface Health {
  status: string;
  problems: { code: string; message: string }[];
}

async function health(server: TestServer) {
  const response = await fetch(`${server.url}/healthz`);
  return { code: response.status, ...((await response.json()) as Health) };
}

/** A server whose imports folder is a small disk of its own. */
async function serverWithDisk(sizeKb: number) {
  const dataDir = freshDataDir();
  const imports = join(dataDir, 'imports');
  mkdirSync(imports);
  const disk = ['mount', '-t', 'tmpfs', '-o', `size=${sizeKb}k`, 'tmpfs', imports];
  if (!Bun.spawnSync(disk).success) throw new Error('The small disk cannot be mounted.');
  mounted.push(imports);
  return startServer(dataDir);
}

const canMount = (() => {
  const folder = freshDataDir();
  const { success } = Bun.spawnSync(['mount', '-t', 'tmpfs', 'tmpfs', folder]);
  if (success) Bun.spawnSync(['umount', folder]);
  return success;
})();

describe.skipIf(!canMount)('F2: an upload', () => {
  test('onto a full disk says what to do, everywhere, and leaves nothing', async () => {
    const server = await serverWithDisk(2048);
    const filler = join(importsOf(server), 'filler');
    writeFileSync(filler, new Uint8Array(1.5 * 1024 * 1024));
    for (const accept of ['application/json', '*/*', NAVIGATION.accept]) {
      const refused = await upload(server, new Uint8Array(1024 * 1024), accept);
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('5');
      const text = await refused.text();
      expect(text).toContain('The disk is full.');
      expect(text).toContain('Free some space on the disk that holds the data folder.');
      if (accept === 'application/json') expect(JSON.parse(text).error.code).toBe('disk_full');
    }
    expect(readdirSync(importsOf(server))).toEqual(['filler']);
    expect(await health(server)).toMatchObject({
      code: 503,
      status: 'failing',
      problems: [{ code: 'disk_full', message: expect.stringContaining('Free some space') }],
    });
    const page = await fetch(`${server.url}/scrape`, { headers: NAVIGATION });
    expect(await page.text()).toContain('<strong>The disk is full.</strong>');
    expect(server.log().filter((line) => line.includes('The disk is full.'))).toHaveLength(1);
    expect(server.log()).toHaveLength(1);
    rmSync(filler);
    expect(await health(server)).toMatchObject({ code: 200, status: 'ok' });
    expect((await upload(server, await zip())).status).toBe(201);
    expect((await health(server)).problems).toEqual([]);
  });

  test('into a read-only folder says what to do; jobs go on', async () => {
    const server = await serverWithDisk(2048);
    expect((await upload(server, await zip())).status).toBe(201);
    const remount = (how: string) =>
      Bun.spawnSync(['mount', '-o', `remount,${how}`, importsOf(server)]).success;
    expect(remount('ro')).toBe(true);
    const removal = await server.json('/api/imports/mine.zip/remove', { method: 'POST' });
    const refused = await upload(server, await zip());
    expect(refused.status).toBe(503);
    for (const answer of [removal, await refused.json()]) {
      expect(answer).toMatchObject({
        error: { code: 'folder_read_only', message: expect.stringContaining('writable for the') },
      });
    }
    expect(await health(server)).toMatchObject({
      code: 200,
      problems: [{ code: 'folder_read_only' }],
    });
    const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '20' });
    expect((await server.ended(id)).status).toBe('completed');
    expect(remount('rw')).toBe(true);
    expect((await upload(server, await zip())).status).toBe(201);
    expect(await health(server)).toMatchObject({ code: 200, problems: [] });
    expect(server.log()).toHaveLength(1);
  });
});

const BOUNDARY = '----form';
const HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\nContent-Type: application/zip\r\n\r\n`;
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

/** Begins an upload by hand; the rest of it is the caller's. */
function begin(server: TestServer, length: number) {
  const { hostname, port, host } = new URL(server.url);
  const received = { text: '', isClosed: false };
  const socket: Socket = connect(Number(port), hostname);
  socket.on('data', (bytes) => {
    received.text += bytes.toString();
  });
  socket.on('close', () => {
    received.isClosed = true;
  });
  socket.write(
    `POST /api/imports HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${length}\r\n\r\n`,
  );
  return { socket, received };
}

describe('F7: an upload', () => {
  test('that stalls ends after the silence that is set, and nothing of it is left', async () => {
    const server = await startServer(undefined, { XGPT_UPLOAD_IDLE_MS: '700' });
    const { socket, received } = begin(server, 1_000_000);
    socket.write(HEAD + 'x'.repeat(5_000));
    await until('it is being stored', () => readdirSync(importsOf(server)).length === 1);
    await until('the connection is closed', () => received.isClosed);
    expect(received.text).toStartWith('HTTP/1.1 408 ');
    expect(received.text).toContain('Nothing arrived for 0.7 s, so the upload was ended.');
    expect(received.text).toContain('"code":"upload_stalled"');
    expect(readdirSync(importsOf(server))).toEqual([]);
    expect(server.log()).toEqual([]);
  });

  test('that is slow but moves goes on', async () => {
    const server = await startServer(undefined, { XGPT_UPLOAD_IDLE_MS: '700' });
    const bytes = Buffer.from(await zip());
    const { socket, received } = begin(server, HEAD.length + bytes.length + TAIL.length);
    socket.write(HEAD);
    const size = Math.ceil(bytes.length / 12);
    for (let at = 0; at < bytes.length; at += size) {
      socket.write(bytes.subarray(at, at + size));
      await Bun.sleep(200);
    }
    socket.write(TAIL);
    await until('it is answered', () => received.text.includes('\r\n\r\n'));
    expect(received.text).toStartWith('HTTP/1.1 201 ');
    expect(readdirSync(importsOf(server))).toEqual(['a.zip']);
    socket.destroy();
  });

  test('that is refused in the middle closes its connection', async () => {
    const server = await startServer(undefined, { XGPT_MAX_UPLOAD_MB: '1' });
    const { socket, received } = begin(server, 3_000_000);
    socket.write(HEAD + 'x'.repeat(1_100_000));
    await until('the connection is closed', () => received.isClosed);
    expect(received.text).toStartWith('HTTP/1.1 413 ');
    expect(readdirSync(importsOf(server))).toEqual([]);
  });
});
