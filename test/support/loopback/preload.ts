/** Fails each test that has reached for another host, in its own process or in one that it started. */
import { afterAll, afterEach } from 'bun:test';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REFUSED_FILE } from './guard.ts';

/** It exists only between a refusal and the end of its test. */
const file = join(tmpdir(), `xgpt-refused-${process.pid}.txt`);
rmSync(file, { force: true });
process.env[REFUSED_FILE] = file;
// Not `BUN_OPTIONS`: Bun 1.4.4 then takes `install` and `test` for names of scripts, and lists it in `execArgv`.
process.env.BUN_INSPECT_PRELOAD = join(import.meta.dir, 'guard.ts');
// Without `env` Bun.spawn passes on the environment that this process was started with.
passOnEnvironment('spawn');
passOnEnvironment('spawnSync');

/** The hosts that were refused since the last call, one a line. */
export function takeRefused(): string {
  if (!existsSync(file)) return '';
  const refused = readFileSync(file, 'utf8');
  rmSync(file);
  return refused;
}

function passOnEnvironment(name: 'spawn' | 'spawnSync'): void {
  const original = Bun[name] as (...args: unknown[]) => unknown;
  const spawning = (first: unknown, second?: object) =>
    Array.isArray(first)
      ? original(first, { env: process.env, ...second })
      : original({ env: process.env, ...(first as object) });
  Reflect.set(Bun, name, spawning);
}

function failIfRefused(): void {
  const refused = takeRefused();
  if (refused) throw new Error(`The test has reached for other hosts:\n${refused}`);
}

afterEach(failIfRefused);
afterAll(failIfRefused);
