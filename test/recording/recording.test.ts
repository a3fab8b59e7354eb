import { afterAll, describe, expect, test } from 'bun:test';
import { answerTo, type Usual, usualOf } from './answer.ts';
import type { Area, AreaCase } from './area.ts';
import { ALL_FORMATS, type Format, requestOf } from './case.ts';
import { AREAS } from './cases/index.ts';
import { compareOrRecord, type Recording } from './recorded_file.ts';
import { closeRecordedApps, emptyApp, type RecordedApp, removeJobs } from './world.ts';

afterAll(closeRecordedApps);

describe('answers equal their recording', () => {
  test('usual headers and page head', async () => {
    const { headers, pageHead } = await usualOf(await emptyApp());
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const recording = new Map([
      ['headers of every answer', `--- all:\n${lines.sort().join('\n')}`],
      ['head of every page', `--- all:\n${pageHead}`],
    ]);
    await compareOrRecord('usual', recording);
  });

  for (const area of AREAS) {
    test(area.name, async () => {
      await compareOrRecord(area.name, await record(area));
    });
  }

  test('case names are unique within an area', () => {
    for (const { cases } of AREAS) {
      const names = cases.map(({ name }) => name);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
  });
});

async function record({ setup, teardown, cases, changes = false }: Area): Promise<Recording> {
  const usual = await usualOf(await emptyApp());
  const web = await setup();
  const answers: Recording = new Map();
  for (const each of cases) answers.set(each.name, await answersTo(web, each, usual, changes));
  teardown?.(web);
  return answers;
}

/** One answer for each format; equal answers are written once. */
async function answersTo(
  web: RecordedApp,
  given: AreaCase,
  usual: Usual,
  changes: boolean,
): Promise<string> {
  const known = new Map<string, string>();
  const parts: string[] = [];
  for (const format of given.formats ?? ALL_FORMATS) {
    const made = await given.given?.(web);
    for (const [name, id] of Object.entries(made ?? {})) web.names.set(name, id);
    const heading = headingOf(given, format);
    const answer = await answerTo(web, given, format, usual);
    const same = known.get(answer);
    known.set(answer, same ?? format);
    parts.push(`--- ${heading}\n${same ? `(as ${same})` : answer}`);
    for (const name of Object.keys(made ?? {})) web.names.delete(name);
    if (changes) await removeJobs(web);
  }
  return parts.join('\n\n');
}

/** Heading of an answer: `json: GET /api/jobs/{broken}`. */
function headingOf(given: AreaCase, format: Format): string {
  const { path, init } = requestOf(given, format, (text) => text);
  const readable = path.replaceAll('%7B', '{').replaceAll('%7D', '}').slice(0, 200);
  return `${format}: ${init.method} ${readable}`;
}
