import type { ArchiveMedia } from '../../sources/archive/index.ts';
import type { Post } from '../../sources/post.ts';

/** The pictures of posts that are in an import. Pages and fragments offer no others as the server's own. */
export interface ArchivePictures {
  find: ArchiveMedia['find'];
  /** The same posts, with the places of the pictures of theirs that this server has. */
  withOwn<Shown extends Post>(posts: Shown[]): Promise<(Shown & { ownPictures: number[] })[]>;
}

export function createArchivePictures(importsDir: string): ArchivePictures {
  const mediaOf = laterMedia(importsDir);

  async function ownOf({ source, id, media }: Post): Promise<number[]> {
    const own: number[] = [];
    if (source !== 'archive') return own;
    for (const [place, { type, url }] of media.entries()) {
      // An import may be removed meanwhile: then it has no pictures.
      const has = type === 'photo' && (await (await mediaOf()).has(id, url).catch(() => false));
      if (has) own.push(place);
    }
    return own;
  }

  return {
    find: async (postId, url) => (await mediaOf()).find(postId, url),
    withOwn: (posts) =>
      Promise.all(posts.map(async (post) => ({ ...post, ownPictures: await ownOf(post) }))),
  };
}

/** Loaded only when there is a picture. */
function laterMedia(importsDir: string): () => Promise<ArchiveMedia> {
  let media: Promise<ArchiveMedia> | undefined;
  return () => {
    media ??= import('../../sources/archive/media.ts').then((module) =>
      module.createArchiveMedia(importsDir),
    );
    return media;
  };
}
