import { expect, test } from 'bun:test';
import { withFilter, withoutFilters } from '../../src/find/typed_text.ts';

test.each([
  ['jazz from:bo', 'jazz from:ada'],
  ['jazz (from:bo OR from:cy)', 'jazz ( OR ) from:ada'],
  ['jazz -from:bo', 'jazz -from:bo from:ada'],
  ['jazz -(from:bo)', 'jazz -(from:bo) from:ada'],
  ['-(soup OR from:bo)', '-(soup OR from:bo) from:ada'],
  ['jazz -(-from:bo)', 'jazz from:ada'],
  ['-(soup) from:bo', '-(soup) from:ada'],
])('an author in place of that of %s', (typed, replaced) => {
  expect(withFilter(typed, 'from', 'ada')).toBe(replaced);
});

test.each([
  ['jazz -(from:ada)', 'jazz'],
  ['jazz −（（-from:ada））', 'jazz'],
  ['(jazz from:ada) OR soup', '(jazz ) OR soup'],
  ['f() from:ada', 'f'],
  ['f() jazz', 'f() jazz'],
  ['jazz −(from:ada jazz)', 'jazz'],
  ['-(soup OR (jazz from:ada))', '-(soup OR )'],
])('%s without operators', (typed, rest) => {
  expect(withoutFilters(typed)).toBe(rest);
});
