import { join } from 'node:path';

const FOLDER = join(import.meta.dir, 'answers');

/** `UPDATE_RECORDING=1 bun test ./test/recording` writes the files anew. */
const UPDATES = process.env.UPDATE_RECORDING === '1';

/** Maximum number of lines shown of one difference. */
const SHOWN_LINES = 40;

/** Maximum number of cases shown. */
const SHOWN_CASES = 20;

/** Case by name → its answers. */
export type Recording = Map<string, string>;

/**
 * Compares answers with those recorded, or records them.
 * @throws Error that shows the differences, case by case.
 */
export async function compareOrRecord(area: string, answers: Recording): Promise<void> {
  const file = Bun.file(join(FOLDER, `${area}.txt`));
  if (UPDATES) {
    await file.write(written(answers));
    return;
  }
  const recorded = read(await file.text());
  const names = [...new Set([...recorded.keys(), ...answers.keys()])];
  const differences = names
    .filter((name) => recorded.get(name) !== answers.get(name))
    .map((name) => `=== ${name}\n${difference(recorded.get(name), answers.get(name))}`);
  if (differences.length === 0) return;
  const more = differences.length - SHOWN_CASES;
  throw new Error(
    [
      `${differences.length} of ${names.length} recorded cases of ${area} have different answers (- recorded, + now):`,
      ...differences.slice(0, SHOWN_CASES),
      ...(more > 0 ? [`… and ${more} more cases.`] : []),
      'If this is intended: UPDATE_RECORDING=1 bun test ./test/recording',
    ].join('\n\n'),
  );
}

function written(answers: Recording): string {
  return [...answers].map(([name, text]) => `=== ${name}\n${text}\n`).join('\n');
}

/** The recorded statuses of each case, by its name. */
export async function recordedStatuses(area: string): Promise<Map<string, number[]>> {
  const recorded = read(await Bun.file(join(FOLDER, `${area}.txt`)).text());
  const statusesIn = (answers: string) =>
    [...answersIn(answers).values()].flatMap((answer) => Number.parseInt(answer, 10) || []);
  return new Map([...recorded].map(([name, answers]) => [name, statusesIn(answers)]));
}

function read(text: string): Recording {
  const cases = text.split(/^=== /m).slice(1);
  return new Map(
    cases.map((each) => {
      const end = each.indexOf('\n');
      return [each.slice(0, end), each.slice(end + 1).replace(/\n+$/, '')];
    }),
  );
}

/** The answers of a case that differ. */
function difference(recorded: string | undefined, now: string | undefined): string {
  if (recorded === undefined) return '+ not recorded yet';
  if (now === undefined) return '- the case was removed';
  const before = answersIn(recorded);
  const after = answersIn(now);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((asked) => before.get(asked) !== after.get(asked))
    .map((asked) => `--- ${asked}\n${changedLines(before.get(asked), after.get(asked))}`)
    .join('\n');
}

function answersIn(text: string): Map<string, string> {
  const parts = text.split(/^--- /m).slice(1);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1).trimEnd()];
    }),
  );
}

/** The first to the last line that differs, with one line of context. */
function changedLines(recorded = '', now = ''): string {
  const before = recorded.split('\n');
  const after = now.split('\n');
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const shorter = Math.min(before.length, after.length) - start;
  while (end < shorter && before.at(-1 - end) === after.at(-1 - end)) end++;
  const part = (lines: string[], mark: string) =>
    cutTo(lines.slice(start, lines.length - end)).map((line) => `${mark} ${line}`);
  const context = start > 0 ? [`  ${before[start - 1]}`] : [];
  return [...context, ...part(before, '-'), ...part(after, '+')].join('\n');
}

function cutTo(lines: string[]): string[] {
  if (lines.length <= SHOWN_LINES) return lines;
  return [...lines.slice(0, SHOWN_LINES), `… ${lines.length - SHOWN_LINES} more lines`];
}
