import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnections } from '../../src/connections/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';

setDefaultTimeout(60_000);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function dataFolder() {
  const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-connections-'));
  folders.push(dataDir);
  const config = loadConfig({ XGPT_DATA_DIR: dataDir });
  return { dataDir, open: () => openDatabase(config.databasePath) };
}

function start(dataDir: string, ...words: string[]) {
  const script = join(import.meta.dir, 'other_process.ts');
  return Bun.spawn([process.execPath, script, ...words], {
    env: { ...process.env, XGPT_DATA_DIR: dataDir },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  });
}

/** Starts them, lets all of them begin at once, and returns the lines of each. */
async function together(dataDir: string, each: string[][]): Promise<string[][]> {
  const children = each.map((words) => start(dataDir, ...words));
  const readers = children.map(({ stdout }) => stdout.pipeThrough(new TextDecoderStream()));
  const outputs = readers.map((stream) => stream.getReader());
  await Promise.all(outputs.map((output) => output.read()));
  for (const { stdin } of children) {
    stdin.write('go\n');
    stdin.end();
  }
  return Promise.all(
    outputs.map(async (output) => {
      let text = '';
      for (let part = await output.read(); !part.done; part = await output.read())
        text += part.value;
      return text.trim().split('\n').filter(Boolean);
    }),
  );
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

describe('four processes on one database', () => {
  test('keep to one rate limit', async () => {
    const { dataDir, open } = dataFolder();
    const db = open();
    const begun = Date.now();
    const lines = await together(dataDir, Array(4).fill(['take', '10', '20']));
    db.close();
    const times = lines.flat().map(Number);
    expect(times).toHaveLength(40);
    // Timers may be late, never early.
    for (const [index, time] of times.sort((one, other) => one - other).entries()) {
      expect(time - begun).toBeGreaterThanOrEqual(index * 20);
    }
  });

  test('never exceed a budget together, and a killed one leaves its reservation spent', async () => {
    const { dataDir, open } = dataFolder();
    const db = open();
    const { budgets } = createConnections({ db, secretKey: new Uint8Array(32) });
    await budgets.setCap('x', 95);
    const lines = await together(dataDir, [
      ['reserve', '100'],
      ['reserve', '100'],
      ['reserve', '100'],
      ['die', '1'],
    ]);
    const spent = await budgets.read('x');
    db.close();
    const granted = lines.map((each) => each.filter((line) => /^\d+$/.test(line)).map(Number));
    // Each of the three gives back one post of every reservation of several.
    const returned = granted
      .slice(0, 3)
      .flat()
      .filter((posts) => posts > 1).length;
    expect(sum(granted.flat()) - returned).toBe(spent.posts);
    expect(spent.posts).toBeLessThanOrEqual(95);
    // Two others may have stopped before the last one gave its post back.
    expect(spent.posts).toBeGreaterThan(95 - 3);
    expect(lines.slice(0, 3).map((each) => each.at(-1))).toEqual(Array(3).fill('BudgetSpent'));
  });

  test('make one key', async () => {
    const { dataDir } = dataFolder();
    const children = Array.from({ length: 4 }, () => start(dataDir, 'key'));
    const keys = await Promise.all(children.map(({ stdout }) => new Response(stdout).text()));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]?.trim()).toHaveLength(64);
  });
});
