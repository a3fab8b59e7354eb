import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { filesIn } from './folder_files.ts';

/**
 * The folder and the file name of a picture or video of a post: archives of X keep them as
 * `tweets_media/<post id>-<file name>`, older ones in `tweet_media`.
 */
const MEDIA =
  /(?:^|\/)(?<folder>(?:tweets?|community_tweets?|deleted_tweets?)_media)\/(?<name>[^/]+)$/;

/** Where a path of an archive keeps a file of a post; undefined for other files, such as those of messages. */
export function mediaOfPost(path: string): { folder: string; name: string } | undefined {
  const { folder, name } = MEDIA.exec(path)?.groups ?? {};
  return folder && name ? { folder, name } : undefined;
}

const PICTURE_TYPES = new Map([
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
]);

/** The type of a picture that a browser shows, by the ending of its name or path. */
export function pictureType(path: string): string | undefined {
  const [, ending = ''] = /\.(\w+)$/.exec(path) ?? [];
  return PICTURE_TYPES.get(ending.toLowerCase());
}

/**
 * Copies the pictures of posts from an unpacked archive into `to`, one after the other and in chunks.
 * Videos, which are never shown, and the pictures of messages are left out, as are symbolic links.
 * @throws the signal's reason.
 */
export async function copyPictures(from: string, to: string, signal: AbortSignal): Promise<void> {
  for await (const path of filesIn(from)) {
    signal.throwIfAborted();
    const media = mediaOfPost(path);
    if (!media || !pictureType(media.name)) continue;
    const folder = join(to, 'data', media.folder);
    await mkdir(folder, { recursive: true });
    const target = createWriteStream(join(folder, media.name));
    await pipeline(createReadStream(join(from, path)), target, { signal });
  }
}
