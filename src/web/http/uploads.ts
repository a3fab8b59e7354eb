import { isNameTaken } from '../../operations/scrape/imports.ts';
import { receiveImport } from '../../sources/archive/index.ts';
import type { WebDeps } from '../deps.ts';
import { readMultipart, type UploadedFile } from './multipart.ts';
import { Problem } from './problem.ts';

/** The part of Bun's server that an upload needs; absent when a test calls the app directly. */
export type KeepsOpen = { timeout(request: Request, seconds: number): void } | null;

export function isUpload(request: Request): boolean {
  return /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '');
}

/**
 * Streams the form's file into the imports folder.
 * @returns the form's fields, with the name the import got as `archive`.
 * @throws Problem, MalformedUpload, UploadStalled, ImportTooLarge, Unreadable, StorageFailed; then no
 * file is kept.
 */
export async function receiveUpload(
  { importsDir, config, library }: WebDeps,
  request: Request,
  server: KeepsOpen,
): Promise<Record<string, string>> {
  // Bun would also count the time in which the server is busy storing what has arrived.
  server?.timeout(request, 0);
  let archive: string | undefined;
  const { maxUploadBytes: maxBytes, uploadIdleMs: idleMs } = config;
  const store = async ({ fileName, stream }: UploadedFile) => {
    if (!fileName) return;
    const { signal } = request;
    const isTaken = isNameTaken(library);
    const stored = await receiveImport({ importsDir, fileName, stream, maxBytes, signal, isTaken });
    archive = stored.name;
  };
  const fields = await readMultipart(request, store, { idleMs });
  if (archive) return { ...fields, archive };
  throw new Problem(422, 'invalid_input', 'No file was sent.', {
    message: 'Choose the zip file from X or the CAR file from Bluesky, and send the form again.',
    details: { file: 'File is missing.' },
  });
}
