import { Database } from 'bun:sqlite';
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  databaseOf,
  elsewhere,
  endsWhole,
  SLOW_PAGES,
  started,
} from '../process/database_issues_setup.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);
afterAll(stopCommands);
afterAll(stopServers);

const inFile = <Row>(path: string, sql: string) => {
  const db = new Database(path, { readonly: true });
  const rows = db.query<Row, []>(sql).all();
  db.close();
  return rows;
};

/** Data folders with the posts of one scrape, by their number; each test gets a copy. */
const filled = new Map<number, Promise<string>>();

async function scraped(max: number): Promise<string> {
  const dataDir = freshDataDir();
  await run(['scrape', 'aurora_lab', '--max', String(max)], { dataDir });
  return dataDir;
}

async function withPosts(max = 60) {
  const original = filled.get(max) ?? scraped(max);
  filled.set(max, original);
  const dataDir = freshDataDir();
  cpSync(await original, dataDir, { recursive: true });
  const folder = freshDataDir();
  const xgpt = (...words: string[]) => run(words, { dataDir });
  const total = async () => {
    const { stdout } = await xgpt('posts', '--limit', '1000000', '--json');
    return stdout.trim().split('\n').filter(Boolean).length;
  };
  return { dataDir, folder, xgpt, total, backup: join(folder, 'backup.sqlite') };
}

describe.concurrent('FEATURES 50, F1: xgpt backup', () => {
  test('copies a moment of the database while a server writes to it', async () => {
    const { server, id } = await started();
    const folder = freshDataDir();
    const file = join(folder, 'backup.sqlite');
    const { code, stdout, stderr } = await run(['backup', file, '--json'], server);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { posts } = JSON.parse(stdout);
    expect(posts).toBeGreaterThanOrEqual(40);
    expect(JSON.parse(stdout)).toEqual({
      file,
      bytes: statSync(file).size,
      jobs: 1,
      posts,
      profiles: 1,
      vectors: 0,
    });
    expect(readdirSync(folder)).toEqual(['backup.sqlite']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(inFile(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(inFile<object>(file, 'SELECT * FROM processes')).toEqual([]);
    // The posts and the checkpoint of the job are of the same moment.
    const [job] = inFile<{ progress_current: number }>(file, 'SELECT progress_current FROM jobs');
    expect(job?.progress_current).toBe(posts);
    await endsWhole(server, id);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('prints what it copied, and keeps an existing file unless it is forced', async () => {
    const { xgpt, backup } = await withPosts();
    const { stdout } = await xgpt('backup', backup);
    expect(stdout).toMatch(
      /^Backed up 1 job, 60 posts, 1 profile and 0 vectors to .*\/backup\.sqlite \(\d+ kB\)\.\n$/,
    );
    const before = readFileSync(backup);
    const refused = await xgpt('backup', backup);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(
      'exists already. Name another file, or replace it with --force',
    );
    expect(readFileSync(backup)).toEqual(before);
    expect((await xgpt('backup', '--force', backup)).code).toBe(0);
  });

  test('replaces what a link leads to, and keeps the link', async () => {
    const { xgpt, folder, backup } = await withPosts();
    const link = join(folder, 'newest.sqlite');
    await xgpt('backup', backup);
    symlinkSync(backup, link);
    const before = statSync(backup).ino;
    expect((await xgpt('backup', '--force', link)).stdout).toContain(`to ${backup}`);
    expect(readlinkSync(link)).toBe(backup);
    expect(statSync(backup).ino).not.toBe(before);
  });

  test('counts a long post’s parts as one vector, as pages do', async () => {
    const { xgpt, backup, dataDir } = await withPosts();
    const parts = `INSERT INTO vectors (post_key, model, part, part_from, part_to, dimensions, embedding)
      SELECT some.key, 'made', part.value, part.value, part.value + 1, 1, zeroblob(4)
      FROM (SELECT key FROM posts LIMIT 3) AS some, json_each('[0, 1]') AS part`;
    elsewhere(dataDir, (db) => void db.run(parts));
    expect((await xgpt('backup', backup)).stdout).toContain(' and 3 vectors to ');
  });

  test('says what to do when it cannot be written, and leaves nothing behind', async () => {
    const { xgpt, folder, dataDir } = await withPosts();
    const fails = async (file: string, message: string, code = 1) => {
      const result = await xgpt('backup', file, '--force');
      expect(result).toMatchObject({ code, stdout: '' });
      expect(result.stderr).toContain(message);
    };
    await fails(join(folder, 'nowhere', 'a.sqlite'), 'There is no folder');
    await fails(folder, 'is a folder. Name a file in it');
    await fails('/dev/null', '/dev/null is a device, a pipe or a socket.');
    await fails(databaseOf(dataDir), 'belongs to the database itself');
    await fails(`${databaseOf(dataDir)}-wal`, 'belongs to the database itself');
    expect(readdirSync(folder)).toEqual([]);
    const empty = await run(['backup', join(folder, 'a')], { dataDir: freshDataDir() });
    expect(empty).toMatchObject({ code: 3 });
    expect(empty.stderr).toContain('There is nothing to back up');
  });

  test('of a disk that is full says so, and leaves nothing behind', async () => {
    const { dataDir } = await withPosts(1000);
    const folder = freshDataDir();
    const command = [
      'prlimit',
      '--fsize=200000:',
      process.execPath,
      join(import.meta.dir, '../../src/main.ts'),
      'backup',
      join(folder, 'a.sqlite'),
    ];
    const { exitCode, stderr } = Bun.spawnSync(command, {
      env: { ...process.env, XGPT_DATA_DIR: dataDir },
    });
    expect(exitCode).toBe(1);
    expect(stderr.toString()).toContain('No backup was made.');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('removes what a killed backup left', async () => {
    const { xgpt, folder, backup } = await withPosts();
    const gone = Bun.spawnSync(['true']).pid;
    writeFileSync(join(folder, `.backup.sqlite.${gone}.partial`), 'half');
    expect((await xgpt('backup', backup)).code).toBe(0);
    expect(readdirSync(folder)).toEqual(['backup.sqlite']);
  });
});

describe.concurrent('FEATURES 50, F1: xgpt restore', () => {
  test('gives the backup’s state, and keeps the replaced database, which can be restored too', async () => {
    const { xgpt, dataDir, backup, total } = await withPosts();
    await xgpt('backup', backup);
    await xgpt('scrape', 'deep_sky_dan', '--max', '30');
    const { code, stdout } = await xgpt('restore', backup, '--json');
    expect(code).toBe(0);
    const { former, ...restored } = JSON.parse(stdout);
    expect(restored).toMatchObject({ file: backup, jobs: 1, posts: 60, profiles: 1, vectors: 0 });
    expect(await total()).toBe(60);
    expect(readFileSync(join(former, 'README.txt'), 'utf8')).toContain(
      `xgpt restore ${join(former, 'xgpt.sqlite')}`,
    );
    const back = await xgpt('restore', join(former, 'xgpt.sqlite'));
    expect(back.stdout).toStartWith('Restored 2 jobs, 90 posts, 2 profiles and 0 vectors from ');
    expect(back.stderr).toContain('The replaced database is in ');
    expect(await total()).toBe(90);
    expect(existsSync(join(dataDir, 'imports'))).toBe(true);
  });

  test('is refused while a server runs, and while it stops', async () => {
    const { xgpt, dataDir, backup, total } = await withPosts();
    await xgpt('backup', backup);
    const server = await startServer(dataDir);
    const refused = await xgpt('restore', backup);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('Stop the server, all workers and all commands');
    await server.end('SIGKILL');
    expect((await xgpt('restore', backup)).code).toBe(0);
    expect(await total()).toBe(60);
  });

  test('of a database with a running job: the job resumes, and sign-ins are not restored', async () => {
    const { server, id } = await started({ ...SLOW_PAGES, XGPT_TOKEN: '' });
    const { dataDir } = server;
    const backup = join(freshDataDir(), 'backup.sqlite');
    const copied = join(freshDataDir(), 'copied.sqlite');
    expect((await run(['backup', backup], { dataDir })).code).toBe(0);
    expect(inFile<{ status: string }>(backup, 'SELECT status FROM jobs')).toEqual([
      { status: 'running' },
    ]);
    await server.end('SIGKILL');
    // As a copy by hand is, with the rows of processes and sign-ins.
    copyFileSync(backup, copied);
    const db = new Database(copied);
    db.run('INSERT INTO sessions VALUES (?, 9e15)', [new Uint8Array(32)]);
    db.run(
      `INSERT INTO processes (id, kind, pid, host, started_at, seen_at)
       VALUES ('a', 'server', 1, 'elsewhere', 0, 9e15)`,
    );
    db.run("INSERT INTO job_listeners VALUES ('elsewhere:1:1', 9)");
    db.close();
    expect((await run(['restore', copied], { dataDir })).code).toBe(0);
    for (const table of ['sessions', 'processes', 'job_listeners']) {
      expect(inFile<object>(databaseOf(dataDir), `SELECT * FROM ${table}`)).toEqual([]);
    }
    // 45: who followed all jobs begins again, because the same numbers mean something else now.
    const feeds = [backup, databaseOf(dataDir)].map((file) =>
      inFile(file, 'SELECT id FROM job_feed'),
    );
    expect(feeds[0]).not.toEqual(feeds[1]);
    const next = await startServer(dataDir);
    await endsWhole(next, id);
    expect(await next.end('SIGTERM')).toBe(0);
  });

  test('refuses what is no whole backup of this version, and changes nothing', async () => {
    const { xgpt, dataDir, folder, backup } = await withPosts();
    await xgpt('backup', backup);
    const before = readFileSync(databaseOf(dataDir));
    const make = {
      other: (path: string) => new Database(path).run('CREATE TABLE recipes (name TEXT)'),
      text: (path: string) => writeFileSync(path, 'milk, eggs '.repeat(99)),
      empty: (path: string) => writeFileSync(path, ''),
      half: (path: string) => {
        const bytes = readFileSync(backup);
        writeFileSync(path, bytes.subarray(0, bytes.length / 2));
      },
      overwritten: (path: string) => {
        writeFileSync(path, readFileSync(backup).fill(0x5a, 8 * 4096));
      },
      newer: (path: string) => {
        copyFileSync(backup, path);
        new Database(path).run("INSERT INTO migrations VALUES (9999, '9999_add_teleport', 0)");
      },
      changed: (path: string) => {
        copyFileSync(backup, path);
        new Database(path).run('ALTER TABLE posts DROP COLUMN limited');
      },
    };
    const message: Record<keyof typeof make, RegExp> = {
      other: /not a database of xgpt/,
      text: /not a database of xgpt/,
      empty: /not a database of xgpt/,
      half: /is damaged/,
      overwritten: /is damaged/,
      newer: /newer xgpt.*9999_add_teleport.*Update xgpt/,
      changed: /is not as xgpt made it: posts\.limited is missing/,
    };
    for (const kind of Object.keys(make) as (keyof typeof make)[]) {
      const path = join(folder, kind);
      make[kind](path);
      const { code, stderr } = await xgpt('restore', path);
      expect({ kind, code }).toEqual({ kind, code: 1 });
      expect(stderr).toMatch(message[kind]);
    }
    expect(await xgpt('restore', join(folder, 'nothing'))).toMatchObject({ code: 3 });
    expect(await xgpt('restore', folder)).toMatchObject({ code: 1 });
    expect((await xgpt('restore', databaseOf(dataDir))).stderr).toContain('in place already');
    expect(readFileSync(databaseOf(dataDir))).toEqual(before);
    expect(readdirSync(dataDir).sort()).toEqual([
      'imports',
      'xgpt.sqlite',
      'xgpt.sqlite-lock',
      'xgpt.sqlite-open',
    ]);
  });

  test('takes a backup that cannot be written to, into a new folder', async () => {
    const { xgpt, folder, backup } = await withPosts();
    await xgpt('backup', backup);
    chmodSync(backup, 0o400);
    const dataDir = join(folder, 'deep', 'data');
    mkdirSync(join(folder, 'deep'));
    const { code, stderr } = await run(['restore', backup], { dataDir });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await run(['posts', '--json', '--limit', '99'], { dataDir })).stdout).toContain('"id"');
  });
});

/** Overwrites the first page of every table, as a failing disk does; the file can still be opened. */
function damageTables(path: string): void {
  const tables = inFile<{ rootpage: number }>(
    path,
    "SELECT rootpage FROM sqlite_master WHERE rootpage > 0 AND tbl_name <> 'migrations'",
  );
  const [{ page_size: size }] = inFile<{ page_size: number }>(path, 'PRAGMA page_size') as [
    { page_size: number },
  ];
  const bytes = readFileSync(path);
  for (const { rootpage } of tables) bytes.fill(0x5a, (rootpage - 1) * size, rootpage * size);
  writeFileSync(path, bytes);
}

test.each([
  ['no database at all', (path: string) => writeFileSync(path, 'milk, eggs '.repeat(99))],
  ['one with damaged tables', damageTables],
])('F1: what every command says of a damaged file is true: %s', async (_, damage) => {
  const { xgpt, dataDir, backup } = await withPosts();
  const path = databaseOf(dataDir);
  damage(path);
  const stderr = `Cannot use the database ${path}. The database file is damaged. If xgpt is running, stop it. Then put a backup in its place with: xgpt restore <file>. The damaged files are kept beside it. Without a backup, “sqlite3 xgpt.sqlite .recover” prints what can still be read, as SQL. You can also point XGPT_DATA_DIR at another folder.\n`;
  for (const words of [['jobs'], ['find', 'heron'], ['backup', backup]]) {
    const told = await xgpt(...words);
    expect({ words, ...told }).toMatchObject({ words, code: 5, stderr });
  }
});
