/**
 * Restores backups under the worst moments: writers killed with SIGKILL at random while their write-ahead
 * log is left, databases that have grown or shrunk since, restores that are killed themselves, and
 * files copied or moved over the database by hand. Each time the next start must find the backup's
 * state, or refuse and say why; after an interrupted restore, the former state or the backup's.
 *
 *     bun test/chaos/restore_chaos.ts --rounds 100 --seed 7
 */
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { stateOfFile } from './restore_process.ts';

const PROCESS = join(import.meta.dir, 'restore_process.ts');

export interface RestoreReport {
  /** How often something happened, by name. */
  counts: Record<string, number>;
  /** What is wrong, one sentence each. */
  faults: string[];
}

type Random = () => number;

const BACKUPS = ['xgpt backup', '.backup', 'VACUUM INTO', 'stopped, cp'] as const;
const RESTORES = ['xgpt restore', 'killed restore', 'cp', 'mv'] as const;

const SQLITE3 = Bun.which('sqlite3');

/** `.backup` of the shell begins anew at every commit of another process, and may never end. */
const MAX_BACKUP_MS = 10_000;

export async function runRestoreChaos(rounds: number, seed: number): Promise<RestoreReport> {
  const random = seeded(seed);
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-restore-'));
  const world = new RestoreWorld(folder, random);
  try {
    for (let round = 0; round < rounds; round++) await world.round(round);
    return { counts: world.counts, faults: world.faults };
  } finally {
    await world.killAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

class RestoreWorld {
  readonly counts: Record<string, number> = {};
  readonly faults: string[] = [];
  readonly #data: string;
  readonly #database: string;
  readonly #writers = new Set<Bun.Subprocess<'ignore', 'pipe', 'pipe'>>();
  #written = 0;

  constructor(
    private readonly folder: string,
    private readonly random: Random,
  ) {
    this.#data = join(folder, 'data');
    this.#database = join(this.#data, 'xgpt.sqlite');
  }

  async round(number: number): Promise<void> {
    const backup = join(this.folder, `backup-${number}.sqlite`);
    const made = pick(BACKUPS, this.random);
    const restored = pick(RESTORES, this.random);
    const label = `Round ${number} (${made}, ${restored})`;
    try {
      const expected = await this.#backUp(made, backup);
      this.#count(`backups by ${made}`);
      await this.#change();
      await this.#restore(restored, backup, expected, label);
      this.#count(`restores by ${restored}`);
    } catch (error) {
      this.faults.push(`${label}: ${(error as Error).message}`);
    } finally {
      await this.killAll();
      rmSync(backup, { force: true });
      const replaced = [...new Bun.Glob('replaced-*/README.txt').scanSync(this.#data)];
      for (const name of replaced) rmSync(join(this.#data, dirname(name)), { recursive: true });
    }
  }

  /** @returns the backup's state. */
  async #backUp(how: (typeof BACKUPS)[number], backup: string): Promise<string> {
    await this.#start();
    await Bun.sleep(this.random() * 300);
    if (how === 'stopped, cp') {
      await this.killAll();
      await this.#read();
      copyFileSync(this.#database, backup);
    } else if (how === 'xgpt backup') {
      const { code, error } = await this.#run('backup', backup);
      if (code !== 0) throw new Error(`The backup failed: ${error}`);
    } else {
      this.#backUpByHand(how, backup);
    }
    return stateOfFile(backup);
  }

  #backUpByHand(how: '.backup' | 'VACUUM INTO', backup: string): void {
    const command = how === '.backup' ? `.backup '${backup}'` : `VACUUM INTO '${backup}'`;
    const cmd = [SQLITE3 ?? 'sqlite3', '-cmd', '.timeout 10000', this.#database, command];
    const { exitCode, stderr, exitedDueToTimeout } = Bun.spawnSync({
      cmd,
      timeout: MAX_BACKUP_MS,
      killSignal: 'SIGKILL',
    });
    if (exitedDueToTimeout && how === '.backup') {
      rmSync(backup, { force: true });
      this.#backUpByHand('VACUUM INTO', backup);
      return;
    }
    if (exitCode !== 0) throw new Error(`${how} failed: ${stderr}`);
  }

  /** Lets the database grow, through several processes and crashes, and sometimes shrink. */
  async #change(): Promise<void> {
    for (let times = 1 + Math.floor(this.random() * 2); times > 0; times--) {
      await this.#start();
      if (this.random() < 0.3) await this.#start();
      await Bun.sleep(50 + this.random() * (this.random() < 0.2 ? 1_500 : 300));
      await this.killAll();
      if (times > 1 && this.random() < 0.5) await this.#read();
    }
  }

  async #restore(
    how: (typeof RESTORES)[number],
    backup: string,
    expected: string,
    label: string,
  ): Promise<void> {
    if (how === 'xgpt restore') await this.#restoreByCommand(backup);
    else if (how === 'killed restore') {
      if (await this.#killRestore(backup, expected, label)) return;
    } else if (await this.#replace(how, backup, expected, label)) return;
    const found = await this.#read();
    if (found !== expected) this.faults.push(`${label}: ${found} instead of ${expected}.`);
  }

  async #restoreByCommand(backup: string): Promise<void> {
    const { code, error } = await this.#run('restore', backup);
    if (code !== 0) throw new Error(`The restore failed: ${error}`);
  }

  /** Kills restores until one ends by itself. @returns whether the next start has been looked at. */
  async #killRestore(backup: string, expected: string, label: string): Promise<boolean> {
    const before = join(this.folder, 'before');
    rmSync(before, { recursive: true, force: true });
    Bun.spawnSync(['cp', '-r', this.#data, before]);
    const former = await this.#read(before);
    for (let kill = 0; kill < 4; kill++) {
      const { code } = await this.#run('restore', backup, 40 + this.random() * 200);
      if (code === 0) return false;
      this.#count('restores killed');
      const found = await this.#read();
      if (found === expected) return true;
      if (found !== former) {
        this.faults.push(`${label}: neither the former state nor the backup's: ${found}.`);
        return true;
      }
    }
    await this.#restoreByCommand(backup);
    return false;
  }

  /** As people do it. @returns whether the start was refused, and everything after it was checked. */
  async #replace(how: 'cp' | 'mv', backup: string, expected: string, label: string) {
    const kept = `${backup}.kept`;
    copyFileSync(backup, kept);
    const hasLog =
      existsSync(`${this.#database}-wal`) && statSync(`${this.#database}-wal`).size > 0;
    if (how === 'cp') copyFileSync(backup, this.#database);
    else renameSync(backup, this.#database);
    const { code, out, error } = await this.#run('read', '');
    if (code === 0) {
      this.#count(`starts after ${how}${hasLog ? ' with a log' : ''}`);
      rmSync(kept);
      if (out !== expected) this.faults.push(`${label}: ${out} instead of ${expected}.`);
      return true;
    }
    this.#count('refusals');
    if (!/DatabaseUnusable: .* was replaced, .* xgpt restore /.test(error)) {
      this.faults.push(`${label}: refused for another reason: ${error}`);
    }
    // Either from another copy, or with the file that is in place.
    await this.#restoreByCommand(this.random() < 0.5 ? kept : this.#database);
    rmSync(kept);
    return false;
  }

  /** Starts a writer and waits until it has stored something. */
  async #start(): Promise<void> {
    const bytes = pick([100, 5_000, 60_000], this.random);
    const name = `${this.#written++}`;
    const child = this.#spawn(['write', name, String(bytes)]);
    this.#writers.add(child);
    const { done } = await child.stdout.getReader().read();
    if (!done) return;
    throw new Error(`A writer ended: ${await new Response(child.stderr).text()}`);
  }

  async #read(data = this.#data): Promise<string> {
    const { code, out, error } = await this.#run('read', '', undefined, data);
    if (code !== 0) throw new Error(`The start was refused: ${error}`);
    this.#count('starts');
    return out;
  }

  /** @param killMs kills it after so long. */
  async #run(command: string, word: string, killMs?: number, data = this.#data) {
    const child = this.#spawn([command, word], data);
    const timer = killMs && setTimeout(() => child.kill('SIGKILL'), killMs);
    const [out, error] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    const code = await child.exited;
    clearTimeout(timer);
    return { code, out, error };
  }

  #spawn(words: string[], data = this.#data) {
    return Bun.spawn([process.execPath, PROCESS, ...words], {
      env: { ...process.env, XGPT_DATA_DIR: data, XGPT_LOG_LEVEL: 'error' },
      stdout: 'pipe',
      stderr: 'pipe',
    });
  }

  async killAll(): Promise<void> {
    for (const child of this.#writers) child.kill('SIGKILL');
    for (const child of this.#writers) await child.exited;
    this.#count('kills', this.#writers.size);
    this.#writers.clear();
  }

  #count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }
}

function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[Math.floor(random() * values.length)] as Value;
}

/** Mulberry32. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
  });
  const report = await runRestoreChaos(Number(values.rounds), Number(values.seed));
  console.log(JSON.stringify(report, null, 2));
  process.exitCode = report.faults.length > 0 ? 1 : 0;
}
