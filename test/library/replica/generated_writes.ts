import type { Library } from '../../../src/library/index.ts';
import type { Post, Profile } from '../../../src/sources/post.ts';
import { seeded } from '../../support/scheduler.ts';
import { makePost, makeProfile, unitVector } from '../synthetic.ts';
import { type Kept, save, WORDS } from './libraries.ts';

/** A write that does the same to every library. @returns its answer, or what it threw */
export type Write = (kept: Kept) => Promise<unknown>;

const AUTHORS = ['ada', 'grace', 'mary'];
const IMPORTS = [undefined, undefined, 'one.zip', 'two.zip'];
const MODELS = ['small', 'large'];

/** Writes as jobs and people make them, in an order that the seed decides. */
export function generatedWrites(seed: number): () => Write {
  const random = seeded(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const oneOf = <Item>(items: readonly Item[]) => items[upTo(items.length)] as Item;
  const some = <Item>(make: () => Item, most = 4) => Array.from({ length: 1 + upTo(most) }, make);

  function post(): Post {
    const author = oneOf(AUTHORS);
    const number = 1 + upTo(30);
    const edits = upTo(6) === 0 ? [{ id: String(1 + upTo(30)), text: oneOf(WORDS) }] : undefined;
    return makePost(number, {
      ...{ author, authorId: `id-${author}`, authorName: author.toUpperCase() },
      text: some(() => oneOf(WORDS)).join(' '),
      likes: upTo(3),
      source: oneOf(['test', 'bluesky']),
      asOf: new Date(1.8e12 + upTo(5) * 1000),
      ...(edits && { edits }),
    });
  }

  function profile(): Profile {
    const name = oneOf(AUTHORS);
    const asOf = new Date(1.8e12 + upTo(5) * 1000);
    return makeProfile(upTo(3) === 0 ? `${name}_${upTo(3)}` : name, {
      ...{ id: `id-${name}`, bio: oneOf(WORDS), asOf },
    });
  }

  const keys = (library: Library) =>
    library.posts({ limit: 100 }).posts.flatMap(({ source, id }) => {
      const key = library.words.keyOf(source, id);
      return key === undefined ? [] : [key];
    });

  const writes: (() => Write)[] = [
    () => {
      const data = { posts: some(post), profiles: some(profile, 2) };
      const name = oneOf(IMPORTS);
      return (kept) => save(kept, { ...data, ...(name && { import: name }) });
    },
    () => {
      const [model, part, angle] = [oneOf(MODELS), upTo(8), upTo(360)];
      const vectorsOf = (library: Library) =>
        keys(library)
          .filter((key) => key % 8 === part)
          .map((key) => ({ key, vector: unitVector(angle + key) }));
      return (kept) => save(kept, () => ({ vectors: { model, vectors: vectorsOf(kept.library) } }));
    },
    () => {
      const [model, part] = [oneOf(MODELS), upTo(8)];
      const textsOf = (library: Library) =>
        keys(library)
          .filter((key) => key % 8 === part)
          .map((key) => ({ key }));
      return (kept) =>
        save(kept, () => ({
          vectors: { model, vectors: [], meaningless: textsOf(kept.library) },
        }));
    },
    () => {
      const [username, limit] = [oneOf(AUTHORS), 1 + upTo(5)];
      return (kept) => save(kept, { forget: { source: 'test', username, limit } });
    },
    () => {
      const marks = some(() => ({
        ...{ source: 'test', account: oneOf(AUTHORS), options: '' },
        newest: { at: upTo(1000), id: String(upTo(30)) },
      }));
      return (kept) => save(kept, { marks });
    },
    () => {
      const name = oneOf(['one.zip', 'two.zip']);
      return ({ library }) => library.undoImport(name, async () => {});
    },
    () => {
      const name = oneOf(['one.zip', 'two.zip']);
      return ({ library }) => library.forgetImport(name);
    },
    () => {
      const [name, q, replaces] = [oneOf(['a', 'b', 'c']), oneOf(WORDS), upTo(2) === 0];
      return ({ library }) => library.savedFinds.save({ name, query: { q } }, replaces);
    },
    () => {
      const [id, name] = [1 + upTo(4), oneOf(['a', 'b', 'c', 'd'])];
      return ({ library }) => library.savedFinds.rename(id, name);
    },
    () => {
      const id = 1 + upTo(4);
      return ({ library }) => library.savedFinds.open(id);
    },
    () => {
      const id = 1 + upTo(4);
      return ({ library }) => library.savedFinds.remove(id);
    },
  ];

  return () => {
    const write = oneOf(upTo(2) === 0 ? writes.slice(0, 4) : writes)();
    return async (kept) => {
      try {
        return await write(kept);
      } catch (error) {
        return String(error);
      }
    };
  };
}
