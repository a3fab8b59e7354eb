/**
 * Reads the posts of an archive with the usual libraries and keeps nothing: `bun read_archive.ts <path>`.
 * Like the product it checks the checksum; unlike it, it reads the file once.
 */
import { crc32 } from 'node:zlib';
import { JSONParser } from '@streamparser/json';
import { openPromise } from 'yauzl';

const OPENING_BRACKET = 0x5b;

const start = performance.now();
const zip = await openPromise(process.argv[2] ?? '', { autoClose: false, lazyEntries: true });
let posts = 0;
for await (const entry of zip.eachEntry()) {
  if (entry.fileName !== 'data/tweets.js') continue;
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false, stringBufferSize: 65_536 });
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
}
const { user, system } = process.cpuUsage();
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ posts, seconds, cpuSeconds: (user + system) / 1e6 }));
