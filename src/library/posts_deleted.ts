import { counted } from '../text/format.ts';

/** A list that has all of the posts that were left, but not all that were found. */
export class PostsDeleted extends Error {
  override readonly name = 'PostsDeleted';
  /** @param count how many are known to be missing. */
  constructor(readonly count: number) {
    super(
      `${counted(count, 'post')} ${count === 1 ? 'was' : 'were'} deleted meanwhile, so this is not all that was found. Export again.`,
    );
  }
}
