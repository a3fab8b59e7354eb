import { Unreadable } from '../source.ts';
import type { ArchiveFiles } from './archive_files.ts';
import { assignment, isUtf16, utf16 } from './text.ts';

const maxBytes = 16 * 1024 ** 2;

/**
 * Reads a small file whole, such as the manifest.
 * @returns its array or object; undefined when there is no such file, or it is empty.
 * @throws Unreadable when it is damaged.
 */
export async function readSmallFile(
  archive: ArchiveFiles,
  name: string,
  signal: AbortSignal,
): Promise<unknown> {
  const size = archive.sizes.get(name) ?? 0;
  if (size === 0) return undefined;
  if (size > maxBytes) throw damaged(name);
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive.read(name, signal)) chunks.push(Uint8Array.from(chunk));
  const bytes = Buffer.concat(chunks);
  if (isUtf16(bytes)) throw utf16(name);
  const [start] = assignment.exec(bytes.toString('latin1', 0, 1024)) ?? [''];
  try {
    return JSON.parse(bytes.toString('utf8', start.length).trimEnd().replace(/;$/, ''));
  } catch (cause) {
    throw damaged(name, cause);
  }
}

function damaged(name: string, cause?: unknown): Unreadable {
  return new Unreadable(`${name} is damaged. Download or copy the archive again.`, { cause });
}
