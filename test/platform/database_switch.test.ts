import { afterEach, describe, expect, test } from 'bun:test';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finishSwitch, removeStaged, switchDatabase } from '../../src/platform/database_switch.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const TO = { staged: 'xgpt.sqlite-staged-1', aside: 'replaced-1' };

function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-switch-'));
  folders.push(folder);
  const at = (name: string) => join(folder, name);
  const former = { 'xgpt.sqlite': 'former', 'xgpt.sqlite-wal': 'log', 'xgpt.sqlite-shm': 'index' };
  for (const [name, text] of Object.entries(former)) writeFileSync(at(name), text);
  writeFileSync(at(TO.staged), 'restored');
  return { folder, at, path: at('xgpt.sqlite') };
}

function expectSwitched(folder: string) {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  expect(readdirSync(folder).sort()).toEqual(['replaced-1', 'xgpt.sqlite']);
  expect(read('xgpt.sqlite')).toBe('restored');
  expect(read('replaced-1/xgpt.sqlite')).toBe('former');
  expect(read('replaced-1/xgpt.sqlite-wal')).toBe('log');
}

/** What a switch does after its note is written, in order. */
const STEPS: ((at: (name: string) => string) => void)[] = [
  (at) => mkdirSync(at('replaced-1')),
  (at) => renameSync(at('xgpt.sqlite-wal'), at('replaced-1/xgpt.sqlite-wal')),
  (at) => renameSync(at('xgpt.sqlite-shm'), at('replaced-1/xgpt.sqlite-shm')),
  (at) => linkSync(at('xgpt.sqlite'), at('replaced-1/xgpt.sqlite')),
  (at) => renameSync(at(TO.staged), at('xgpt.sqlite')),
];

describe('F1: the switch to a restored database', () => {
  test('keeps the former one aside, with its log', () => {
    const { folder, path } = setup();
    switchDatabase(path, TO);
    expectSwitched(folder);
  });

  test('leaves no folder where there was no former database', () => {
    const { folder, at, path } = setup();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix);
    switchDatabase(path, TO);
    expect(readdirSync(folder)).toEqual(['xgpt.sqlite']);
    expect(existsSync(at('replaced-1'))).toBe(false);
  });

  test('that was not begun leaves a folder with a note, which is removed', () => {
    const { folder, at, path } = setup();
    mkdirSync(at('replaced-1'));
    writeFileSync(at('replaced-1/README.txt'), 'The database that xgpt restore replaced');
    removeStaged(path);
    expect(readdirSync(folder).sort()).toEqual([
      'xgpt.sqlite',
      'xgpt.sqlite-shm',
      'xgpt.sqlite-wal',
    ]);
  });

  for (let done = 0; done <= STEPS.length; done++) {
    test(`is finished by the next start when it ended after ${done} of ${STEPS.length} steps`, () => {
      const { folder, at, path } = setup();
      writeFileSync(at('xgpt.sqlite-restore'), JSON.stringify(TO));
      for (const step of STEPS.slice(0, done)) step(at);
      finishSwitch(path);
      expectSwitched(folder);
      finishSwitch(path);
      expectSwitched(folder);
    });
  }

  test('that was not noted yet did not begin: the former database stays', () => {
    const { folder, path } = setup();
    finishSwitch(path);
    removeStaged(path);
    expect(readdirSync(folder).sort()).toEqual([
      'xgpt.sqlite',
      'xgpt.sqlite-shm',
      'xgpt.sqlite-wal',
    ]);
    expect(readFileSync(path, 'utf8')).toBe('former');
  });

  test('without a second name for the file, as on some USB sticks, is finished too', () => {
    const { folder, at, path } = setup();
    writeFileSync(at('xgpt.sqlite-restore'), JSON.stringify(TO));
    for (const step of STEPS.slice(0, 3)) step(at);
    renameSync(path, at('replaced-1/xgpt.sqlite'));
    finishSwitch(path);
    expectSwitched(folder);
  });

  test('whose restored file was removed says so, and does not begin a new database', () => {
    const { at, path } = setup();
    writeFileSync(at('xgpt.sqlite-restore'), JSON.stringify(TO));
    for (const step of STEPS.slice(0, 3)) step(at);
    renameSync(path, at('replaced-1/xgpt.sqlite'));
    rmSync(at(TO.staged));
    expect(() => finishSwitch(path)).toThrow(/restore was interrupted.*replaced-1\/xgpt\.sqlite/);
    expect(existsSync(path)).toBe(false);
  });
});
