import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freshDataDir, stopServers } from '../support/server.ts';
import { SOURCES } from '../support/source_names.ts';
import { run, stopCommands, XGPT } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

let dataDir: string;
/** The ids of a queued and an ended job. */
let waiting: string;
let ended: string;

beforeAll(async () => {
  dataDir = freshDataDir();
  const detached = async () => {
    const { stdout } = await run(['scrape', 'aurora_lab', '--detach'], { dataDir });
    return stdout.trim();
  };
  ended = await detached();
  await run(['jobs', 'cancel', ended], { dataDir });
  waiting = await detached();
}, 600_000);

/** The completions in a data folder, without descriptions. */
async function offeredIn(dataDir: string, ...words: string[]): Promise<string[]> {
  const { stdout } = await run(['complete', '--', ...words], { dataDir });
  const lines = stdout.split('\n').filter(Boolean);
  return lines.map((line) => line.split('\t')[0] ?? '');
}

const offered = (...words: string[]) => offeredIn(dataDir, ...words);

test('cancel and wait complete active jobs, retry ended ones, show all', async () => {
  expect(await offered('jobs', 'cancel', '')).toEqual([waiting]);
  expect(await offered('jobs', 'wait', '')).toEqual([waiting]);
  expect(await offered('jobs', 'retry', '')).toEqual([ended]);
  expect(await offered('jobs', 'show', '')).toEqual([waiting, ended]);
});

test('40: ids of schedules are completed, and the types that can be scheduled', async () => {
  const dataDir = freshDataDir();
  expect(await offeredIn(dataDir, 'schedule', 'pause', '')).toEqual([]);
  expect(await offeredIn(dataDir, 'schedule', 'add', 's')).toEqual(['scrape', 'search']);
  const { stdout } = await run(['schedule', 'add', 'embed', '--json'], { dataDir });
  const { id } = JSON.parse(stdout);
  expect(await offeredIn(dataDir, 'schedule', 'pause', '')).toEqual([id]);
  expect(await offeredIn(dataDir, 'schedule', 'add', 'scrape', '--ma')).toEqual(['--max']);
});

test('commands, options, their values and job ids are completed', async () => {
  const dataDir = freshDataDir();
  expect(await offeredIn(dataDir, 'jobs', 'show', '')).toEqual([]);
  expect(existsSync(join(dataDir, 'xgpt.sqlite'))).toBe(false);
  const { stdout } = await run(['scrape', 'aurora_lab', '--detach'], { dataDir });
  const id = stdout.trim();
  expect(await offeredIn(dataDir, 'jobs', 'show', '')).toEqual([id]);
  expect(await offeredIn(dataDir, 'jobs', 'cancel', id.slice(0, 12))).toEqual([id]);
  expect(await offeredIn(dataDir, 'sc')).toEqual(['scrape', 'schedule']);
  expect(await offeredIn(dataDir, 'jobs', 'wat')).toEqual(['watch']);
  expect(await offeredIn(dataDir, 'jobs')).toEqual(['jobs']);
  expect(await offeredIn(dataDir, 'jobs', '--sta')).toEqual(['--status']);
  expect(await offeredIn(dataDir, 'jobs', '--status', 'que')).toEqual(['queued']);
  expect(await offeredIn(dataDir, 'search', '--mo')).toEqual(['--mode']);
  expect(await offeredIn(dataDir, 'search', '--mode', '')).toEqual(['latest', 'top']);
  expect(await offeredIn(dataDir, 'jobs', 'list', '--status', 'ca')).toEqual([
    'cancelling',
    'cancelled',
  ]);
  expect(await offeredIn(dataDir, 'scrape', 'aurora_lab', '--source', '')).toEqual(
    SOURCES.filter((name) => name !== 'archive'),
  );
  expect(await offeredIn(dataDir, 'posts', '--source', 'a')).toEqual(['archive']);
  expect(await offeredIn(dataDir, 'jobs', 'list', '--type', '')).toEqual(['scrape']);
  // Without completions, the shell offers files.
  expect(await offeredIn(dataDir, 'import', './')).toEqual([]);
});

test('models and the commands of help are completed; an unknown command has none', async () => {
  expect(await offered('embed', '--model', '')).toEqual(['all-MiniLM-L6-v2']);
  expect(await offered('help', 'jobs', 'wat')).toEqual(['watch']);
  expect(await offered('nonsense', '')).toEqual([]);
  expect(await offered('jobs', 'nonsense', '')).toEqual([]);
});

test.each(['bash', 'zsh', 'fish'])('there is a completion script for %s', async (shell) => {
  const { code, stdout } = await run(['completion', shell], { dataDir: freshDataDir() });
  expect(code).toBe(0);
  expect(stdout).toContain('xgpt complete --');
  if (shell !== 'bash') return;
  const path = `${join(XGPT, '..')}:${process.env.PATH}`;
  // What bash does at the tab key after "xgpt jobs wat"; what was typed is never run.
  const press = `source <(xgpt completion bash)
    COMP_WORDS=(xgpt jobs wat) COMP_CWORD=2
    _xgpt xgpt wat jobs
    echo "\${COMPREPLY[@]}"
    COMP_WORDS=(xgpt search '$(echo ran >&2)') COMP_CWORD=2
    _xgpt xgpt '' search`;
  const bash = Bun.spawn(['bash', '-c', press], {
    env: { ...process.env, PATH: path },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  expect(await new Response(bash.stdout).text()).toBe('watch\n');
  expect(await new Response(bash.stderr).text()).toBe('');
});

/** A folder with an archive, to be offered only where a path is expected. */
async function inFolder() {
  const cwd = freshDataDir();
  await Bun.write(join(cwd, 'twitter.zip'), '');
  const PATH = `${dirname(XGPT)}:${process.env.PATH}`;
  return { cwd, env: { ...process.env, PATH, XGPT_DATA_DIR: dataDir, TERM: 'xterm' } };
}

test('bash offers files where a path is expected', async () => {
  // `complete -p` tells how bash completes xgpt; within a completion, compopt turns files on.
  const script = `source <(xgpt completion bash); complete -p xgpt
    compopt() { echo "compopt $*"; }
    for command in import backup restore; do
      COMP_WORDS=(xgpt $command tw) COMP_CWORD=2; _xgpt
    done
    COMP_WORDS=(xgpt scrape tw) COMP_CWORD=2; _xgpt`;
  const { stdout } = Bun.spawnSync(['bash', '-c', script], await inFolder());
  expect(stdout.toString()).toBe(`complete -F _xgpt xgpt\n${'compopt -o default\n'.repeat(3)}`);
});

const FISH = Bun.which('fish');

test.skipIf(!FISH)(
  'fish offers completions in order, and files where a path is expected',
  async () => {
    const options = await inFolder();
    const press = (line: string) => {
      const script = `xgpt completion fish | source; complete -C '${line}'`;
      const { stdout } = Bun.spawnSync(['fish', '--no-config', '-c', script], options);
      const lines = stdout.toString().split('\n').filter(Boolean);
      return lines.map((candidate) => candidate.split('\t')[0]);
    };
    expect(press('xgpt jobs wat')).toEqual(['watch']);
    expect(press('xgpt jobs show ')).toEqual([waiting, ended]);
    expect(press('xgpt jobs cancel ')).toEqual([waiting]);
    expect(press('xgpt scrape tw')).toEqual([]);
    expect(press('xgpt nonsense ')).toEqual([]);
    expect(press('xgpt import tw')).toEqual(['twitter.zip']);
  },
);

const ZSH = Bun.which('zsh');

test.skipIf(!ZSH)(
  'zsh completes commands and ids, and files where a path is expected',
  async () => {
    let shown = '';
    const decoder = new TextDecoder();
    const zsh = Bun.spawn(['zsh', '-f', '-i'], {
      ...(await inFolder()),
      terminal: {
        cols: 100,
        rows: 30,
        data: (_, bytes) => {
          shown += decoder.decode(bytes, { stream: true });
        },
      },
    });
    // Ctrl-X shows the line as it is, and empties it.
    const setUp = `autoload -U compinit; compinit -u -D; source <(xgpt completion zsh)
    tell() { print -r -- "[$BUFFER]"; BUFFER= }; zle -N tell; bindkey '^X' tell; print -r rea''dy\n`;
    zsh.terminal?.write(setUp);
    await until('zsh is ready', () => /ready\r?\n/.test(shown));
    const press = async (line: string) => {
      shown = '';
      zsh.terminal?.write(`${line}\t\x18`);
      const found = await until('it shows the line', () => /\[(xgpt .*?) *\]/.exec(shown));
      return found[1];
    };
    expect(await press('xgpt jobs wat')).toBe('xgpt jobs watch');
    expect(await press('xgpt jobs cancel s')).toBe(`xgpt jobs cancel ${waiting}`);
    expect(await press('xgpt jobs retry s')).toBe(`xgpt jobs retry ${ended}`);
    expect(await press('xgpt scrape tw')).toBe('xgpt scrape tw');
    expect(await press('xgpt import tw')).toBe('xgpt import twitter.zip');
    zsh.kill('SIGKILL');
    await zsh.exited;
  },
);
