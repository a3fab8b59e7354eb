import { expect, test } from 'bun:test';
import { leftOutNotes } from '../../src/operations/scrape/left_out.ts';
import { undoneText } from '../../src/text/import_text.ts';

test('an undo that removed nothing says so first', () => {
  expect(undoneText({ name: 'b.zip', removed: 0, stayed: 2 })).toBe(
    'Nothing was removed: 2 posts of b.zip were also brought by another import or job.',
  );
});

test('what could not be read is looked up where the note is read', () => {
  const result = { leftOut: { unreadable: 2 } };
  expect(leftOutNotes(result, 'page')).toEqual([
    '2 entries could not be read. The log says which.',
  ]);
  expect(leftOutNotes(result, 'terminal')).toEqual([
    '2 entries could not be read. xgpt jobs show ID --log says which.',
  ]);
});
