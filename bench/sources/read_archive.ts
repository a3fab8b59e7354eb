/**
 * Reads an archive with the usual libraries and keeps nothing: the ceiling for an import.
 * `bun read_archive.ts <path>`
 */
import { JSONParser } from '@streamparser/json';
import { openPromise } from 'yauzl';
import { reportPeak } from './peak.ts';

const OPENING_BRACKET = 0x5b;

const peak = reportPeak();
const zip = await openPromise(process.argv[2] ?? '', { autoClose: false, lazyEntries: true });
let posts = 0;
for await (const entry of zip.eachEntry()) {
  if (entry.fileName !== 'data/tweets.js') continue;
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false, stringBufferSize: 65_536 });
  parser.onValue = () => {
    posts += 1;
  };
  let isFirst = true;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    parser.write(isFirst ? chunk.subarray(chunk.indexOf(OPENING_BRACKET)) : chunk);
    isFirst = false;
  }
}
peak.print(posts);
