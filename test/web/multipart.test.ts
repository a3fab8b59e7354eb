import { afterEach, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { join } from 'node:path';
import { MalformedUpload, readMultipart, type UploadedFile } from '../../src/web/http/multipart.ts';

const boundary = '----form';
const contentType = `multipart/form-data; boundary=${boundary}`;
const servers: Bun.Server<undefined>[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(true)));
});

function field(name: string, value: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

function fileHead(name: string, fileName: string): string {
  const disposition = `form-data; name="${name}"; filename="${fileName}"`;
  return `--${boundary}\r\nContent-Disposition: ${disposition}\r\nContent-Type: application/zip\r\n\r\n`;
}

const end = `--${boundary}--\r\n`;

function form(body: BodyInit, headers: Record<string, string> = { 'content-type': contentType }) {
  return new Request('http://localhost/', { method: 'POST', body, headers });
}

/** Serves one handler on loopback, with bodies of any size. */
function serve(fetch: (request: Request) => Promise<Response>): Bun.Server<undefined> {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, maxRequestBodySize: 1e12, fetch });
  servers.push(server);
  return server;
}

/** Reads a form and keeps its files, which are small. */
async function readAll(request: Request, limits = {}) {
  const files: Record<string, unknown>[] = [];
  const fields = await readMultipart(
    request,
    async ({ stream, ...file }) => {
      const chunks = await Array.fromAsync(stream);
      files.push({ ...file, text: Buffer.concat(chunks).toString() });
    },
    limits,
  );
  return { fields, files };
}

const ignore = async () => {};

describe('a form', () => {
  test('gives its text fields and its file, as a browser sends them', async () => {
    const data = new FormData();
    data.set('session', 'süß & 🔥');
    data.set('archive', new File(['PK content'], 'Ärchiv 2024.zip'));
    data.set('last', '');
    const server = serve(async (request) => Response.json(await readAll(request)));
    const response = await fetch(server.url, { method: 'POST', body: data });
    expect(await response.json()).toEqual({
      fields: { session: 'süß & 🔥', last: '' },
      files: [{ field: 'archive', fileName: 'Ärchiv 2024.zip', text: 'PK content' }],
    });
  });

  test('gives only the last part of a file name', async () => {
    const body = `${fileHead('a', '../../etc/x.zip')}content\r\n${end}`;
    expect((await readAll(form(body))).files).toMatchObject([{ fileName: 'x.zip' }]);
  });

  test('is read to its end although its file is not', async () => {
    const body = `${fileHead('a', 'x.zip')}${'x'.repeat(1e6)}\r\n${field('after', 'yes')}${end}`;
    expect(await readMultipart(form(body), ignore)).toEqual({ after: 'yes' });
    const readOne = async ({ stream }: UploadedFile) => {
      for await (const _chunk of stream) break;
    };
    expect(await readMultipart(form(body), readOne)).toEqual({ after: 'yes' });
  });

  test('keeps fields named like parts of an object as plain fields', async () => {
    const fields = await readMultipart(form(field('__proto__', 'x') + end), ignore);
    expect(Object.entries(fields)).toEqual([['__proto__', 'x']]);
  });

  test('fails as its receiver fails, and reads no further', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        const head = pulled === 0 ? fileHead('a', 'x.zip') : '';
        pulled += 1;
        controller.enqueue(Buffer.from(head + 'x'.repeat(1000)));
      },
    });
    const refuse = async () => {
      throw new RangeError('This is too large.');
    };
    await expect(readMultipart(form(endless), refuse)).rejects.toThrow(RangeError);
    expect(pulled).toBeLessThan(1000);
  });
});

describe('what is no whole form is refused', () => {
  const head = fileHead('a', 'x.zip');
  test.each([
    ['no form', form('a=b', { 'content-type': 'application/x-www-form-urlencoded' })],
    ['no type', form('a=b', {})],
    ['no boundary', form('a', { 'content-type': 'multipart/form-data' })],
    ['no body', new Request('http://localhost/', { headers: { 'content-type': contentType } })],
    ['an empty body', form('')],
    ['another boundary', form('--other\r\n\r\nx\r\n--other--')],
    ['no end', form(`${head}content`)],
    ['half a head', form(head.slice(0, 40))],
  ])('%s', async (_case, request) => {
    await expect(readAll(request)).rejects.toBeInstanceOf(MalformedUpload);
  });

  test.each([
    ['too many fields', field('a', '1') + field('b', '2') + end, { maxFields: 1 }],
    ['too long a field', field('a', 'x'.repeat(100)) + end, { maxFieldBytes: 10 }],
    ['too many files', `${head}1\r\n${head}2\r\n${end}`, { maxFiles: 1 }],
  ])('%s', async (_case, body, limits) => {
    await expect(readAll(form(body), limits)).rejects.toBeInstanceOf(MalformedUpload);
  });

  test('a client that leaves: the file’s stream fails first, so that nothing half stays', async () => {
    const order: string[] = [];
    const { promise: ended, resolve: end } = Promise.withResolvers<unknown>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const server = serve(async (request) => {
      const receive = async ({ stream }: UploadedFile) => {
        try {
          for await (const _chunk of stream) begin();
        } finally {
          order.push('file');
        }
      };
      await readMultipart(request, receive).catch((error) => {
        order.push('form');
        end(error);
      });
      return new Response();
    });
    const socket = connect(server.port ?? 0, '127.0.0.1');
    const headers = `Host: x\r\nContent-Type: ${contentType}\r\nContent-Length: 99999`;
    socket.write(`POST / HTTP/1.1\r\n${headers}\r\n\r\n${head}${'x'.repeat(5000)}`);
    await begun;
    socket.destroy();
    expect(await ended).toBeInstanceOf(MalformedUpload);
    expect(order).toEqual(['file', 'form']);
  });
});

describe('a file of 300 MB', () => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const chunks = 4800;

  async function* largeForm() {
    yield Buffer.from(field('session', 's1') + fileHead('archive', 'large.zip'));
    for (let i = 0; i < chunks; i += 1) yield chunk;
    yield Buffer.from(`\r\n${end}`);
  }

  test('is never held in memory, and its sender waits for a slow receiver', async () => {
    const sink = join(import.meta.dir, '../support/upload_sink.ts');
    await using child = Bun.spawn([process.execPath, sink], { stdout: 'pipe' });
    const { value } = await child.stdout.getReader().read();
    const response = await fetch(new TextDecoder().decode(value).trim(), {
      method: 'POST',
      body: largeForm() as unknown as BodyInit,
      headers: { 'content-type': contentType },
    });
    const { fields, bytes, growth } = (await response.json()) as Record<string, unknown>;
    expect(fields).toEqual({ session: 's1' });
    expect(bytes).toBe(chunks * chunk.length);
    expect(growth).toBeLessThan(200e6);
  }, 600_000);
});
