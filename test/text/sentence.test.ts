import { expect, test } from 'bun:test';
import { asSentence } from '../../src/text/sentence.ts';

test.each([
  ['no such file', 'no such file.'],
  ['Nothing was found.', 'Nothing was found.'],
  ['Is the computer able to access the url?', 'Is the computer able to access the url?'],
  ['Stop!', 'Stop!'],
  ['and so on…', 'and so on…'],
])('the reason %j of another program is a sentence', (reason, sentence) => {
  expect(asSentence(reason)).toBe(sentence);
});
