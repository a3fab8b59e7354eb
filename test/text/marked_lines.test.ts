import { expect, test } from 'bun:test';
import { showsBold } from '../../src/cli/bold.ts';
import { markedLines } from '../../src/text/marked_lines.ts';

const bold = (text: string) => `\x1b[1m${text}\x1b[22m`;

test.each<
  [text: string, marks: [number, number][], snippet: [number, number] | undefined, lines: string[]]
>([
  ['warm soup', [[5, 9]], undefined, [`warm ${bold('soup')}`]],
  ['warm soup', [], undefined, ['warm soup']],
  ['one warm soup today', [[9, 13]], [4, 13], [`…warm ${bold('soup')}…`]],
  [
    'one warm soup',
    [
      [0, 3],
      [9, 13],
    ],
    [4, 13],
    [`…warm ${bold('soup')}`],
  ],
  ['warm\nsoup here', [[0, 9]], undefined, [bold('warm'), `${bold('soup')} here`]],
  ['\x1b[31mred\x1b[0m soup', [[13, 17]], undefined, [`[31mred [0m ${bold('soup')}`]],
  ['\ue000soup\ue001 warm', [[7, 11]], undefined, [`soup ${bold('warm')}`]],
])('%j is shown with what was found', (text, marks, snippet, lines) => {
  const ranges = marks.map(([from, to]) => ({ from, to }));
  const post = {
    text,
    marks: ranges,
    ...(snippet && { snippet: { from: snippet[0], to: snippet[1] } }),
  };
  expect(markedLines(post, true)).toEqual(lines);
  const plain = lines.map((line) => line.replaceAll('\x1b[1m', '').replaceAll('\x1b[22m', ''));
  expect(markedLines(post, false)).toEqual(plain);
});

test.each<[isTTY: boolean | undefined, env: Record<string, string>, isShown: boolean]>([
  [true, { TERM: 'xterm' }, true],
  [undefined, { TERM: 'xterm' }, false],
  [true, { TERM: 'dumb' }, false],
  [true, { NO_COLOR: '1' }, false],
])('a terminal (%j) with %j shows bold type: %j', (isTTY, env, isShown) => {
  expect(showsBold({ stdout: { isTTY }, env } as unknown as NodeJS.Process)).toBe(isShown);
});
