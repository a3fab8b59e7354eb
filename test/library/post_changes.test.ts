import { expect, test } from 'bun:test';
import { createPostChanges } from '../../src/library/finding/post_changes.ts';
import { createQueries } from '../../src/library/finding/queries.ts';
import { makePost, makePosts, setup } from './synthetic.ts';

const LATER = new Date(1_900_000_000_000);

function watched() {
  const { db, library } = setup();
  library.savePosts(makePosts(5));
  const changes = createPostChanges(createQueries(db));
  let from = changes.present();
  return {
    db,
    library,
    changes,
    /** The keys that were changed since the last call. */
    changed() {
      const present = changes.present();
      const keys = changes.since(from, present);
      from = present;
      return keys;
    },
  };
}

test('changed posts are told when finds may list them differently', () => {
  const { db, library, changed } = watched();
  library.savePosts([makePost(3, { text: 'other', asOf: LATER })]);
  expect(changed()).toEqual([3]);
  library.savePosts([makePost(2, { author: 'Ada', asOf: LATER })]);
  expect(changed()).toEqual([2]);
  library.savePosts([makePost(1, { likes: 7, asOf: LATER }), makePost(6)]);
  expect(changed()).toEqual([]);
  db.run('DELETE FROM posts WHERE key IN (1, 6)');
  expect(changed()).toEqual([1, 6]);
});

test('a new post is told that gets the key of a deleted one', () => {
  const { db, library, changed } = watched();
  db.run('DELETE FROM posts WHERE key = 4');
  changed();
  db.run('DELETE FROM posts WHERE key = 5');
  library.savePosts([makePost(7), makePost(8)]);
  expect(changed()?.sort()).toEqual([4, 5]);
});

test('what is no longer told, or was indexed anew, has to be read again', () => {
  const { db, changes, changed } = watched();
  db.run('DELETE FROM posts WHERE key = 1');
  db.run('DELETE FROM post_changes');
  expect(changed()).toBeUndefined();
  db.run('DELETE FROM posts WHERE key = 3');
  db.run('DELETE FROM post_changes');
  db.run('DELETE FROM posts WHERE key = 2');
  expect(changed()).toBeUndefined();
  const before = changes.present();
  db.run('UPDATE word_index SET pending_posts = 3');
  expect(changes.since(before, changes.present())).toBeUndefined();
});
