import { crc32 } from 'node:zlib';
import { JSONParser } from '@streamparser/json';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

const OPENING_BRACKET = 0x5b;

/**
 * Reads the posts of an archive with the usual libraries and keeps nothing. Like the product it checks the
 * checksum; unlike it, it reads the file once.
 * @returns the number of posts.
 */
export async function readAlone(path: string): Promise<number> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true });
  try {
    let posts = 0;
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName === 'data/tweets.js') posts += await countPosts(zip, entry);
    }
    return posts;
  } finally {
    zip.close();
  }
}

async function countPosts(zip: ZipFile, entry: Entry): Promise<number> {
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false, stringBufferSize: 65_536 });
  let posts = 0;
  parser.onValue = () => {
    posts += 1;
  };
  let checksum = 0;
  let isFirst = true;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    checksum = crc32(chunk, checksum);
    parser.write(isFirst ? chunk.subarray(chunk.indexOf(OPENING_BRACKET)) : chunk);
    isFirst = false;
  }
  if (checksum !== entry.crc32) throw new Error('The archive is damaged.');
  return posts;
}
