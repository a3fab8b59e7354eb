import { join } from 'node:path';
import { type DownloadOptions, openDownload } from './download.ts';
import type { ModelFile } from './manifest.ts';
import { storeFile } from './partial_file.ts';

/** Downloads the wanted files into `dir`, one request each. */
export async function fetchFromHub(
  dir: string,
  wanted: ModelFile[],
  url: string,
  options: DownloadOptions & { onBytes: (current: number, total: number) => void },
): Promise<void> {
  const total = wanted.reduce((sum, file) => sum + file.bytes, 0);
  let current = 0;
  async function* counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      current += chunk.byteLength;
      options.onBytes(Math.min(current, total), total);
      yield chunk;
    }
  }
  for (const file of wanted) {
    const { bytes } = await openDownload(`${url}/${file.path}`, options);
    await storeFile(join(dir, file.path), file, counted(bytes));
  }
}
