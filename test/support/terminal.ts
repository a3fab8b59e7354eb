import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { until } from './wait.ts';

export const XGPT = join(import.meta.dir, '../../bin/xgpt');

const running = new Set<Bun.Subprocess>();

/** Ends all running commands. Every test file that starts one calls this in `afterAll`. */
export async function stopCommands(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  for (const child of running) await child.exited;
  running.clear();
}

export interface Run {
  dataDir: string;
  env?: Record<string, string>;
  cwd?: string;
  /** What the command reads from standard input; default: nothing. */
  stdin?: string;
}

function optionsOf({ dataDir, env, cwd }: Run) {
  const settings = { XGPT_DATA_DIR: dataDir, XGPT_SAMPLE_PAGE_MS: '0', XGPT_LOG_LEVEL: '', ...env };
  return { ...(cwd && { cwd }), env: { ...process.env, ...settings } };
}

/** Starts a command with its output in pipes. */
export function start(words: string[], run: Run) {
  return startWith([XGPT], words, run);
}

/** Starts the program by another command than `bin/xgpt`, with its output in pipes. */
export function startWith(command: string[], words: string[], run: Run) {
  const child = Bun.spawn([...command, ...words], {
    ...optionsOf(run),
    ...(run.stdin !== undefined && { stdin: Buffer.from(run.stdin) }),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  running.add(child);
  const stdout = collected(child.stdout);
  const stderr = collected(child.stderr);
  return {
    child,
    stdout: () => stdout.text,
    stderr: () => stderr.text,
    ended: async () => {
      const code = await child.exited;
      await Promise.all([stdout.end, stderr.end]);
      running.delete(child);
      return { code, stdout: stdout.text, stderr: stderr.text };
    },
  };
}

/** Runs a command to its end. */
export function run(words: string[], options: Run) {
  return start(words, options).ended();
}

/** Starts a command in a terminal of 30 rows. */
export function startInTerminal(words: string[], options: Run, columns = 100) {
  let shown = '';
  const decoder = new TextDecoder();
  const child = Bun.spawn([XGPT, ...words], {
    ...optionsOf(options),
    terminal: {
      cols: columns,
      rows: 30,
      data: (_, bytes) => {
        shown += decoder.decode(bytes, { stream: true });
      },
    },
  });
  running.add(child);
  return {
    child,
    /** Everything that was written to the terminal, including what was overwritten. */
    shown: () => shown,
    shows: (what: RegExp) => until(`the terminal shows ${what}`, () => what.exec(shown)),
    pressCtrlC: () => child.terminal?.write('\x03'),
    ended: async () => {
      const code = await child.exited;
      running.delete(child);
      return code;
    },
  };
}

/** The jobs of JSON lines. */
export function jobsIn(output: string): Job[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Job);
}

function collected(stream: ReadableStream<Uint8Array>) {
  const state = { text: '', end: Promise.resolve() };
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const bytes of stream as unknown as AsyncIterable<Uint8Array>) {
      state.text += decoder.decode(bytes, { stream: true });
    }
  };
  state.end = read();
  return state;
}
