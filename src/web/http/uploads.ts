import { claimsOf } from '../../operations/scrape/imports.ts';
import { type ReceivedImport, receiveImport } from '../../sources/archive/index.ts';
import type { WebDeps } from '../deps.ts';
import { readMultipart, type UploadedFile } from './multipart.ts';
import { Problem } from './problem.ts';

/** The part of Bun's server that sets how long a connection may be silent; absent when a test calls the app directly. */
export type KeepsOpen = { timeout(request: Request, seconds: number): void } | null;

export function isUpload(request: Request): boolean {
  return /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '');
}

export interface Upload {
  /** The form's fields, with the name of the import as `archive`. */
  fields: Record<string, string>;
  /** The file was stored before, and nothing was added. */
  isKnown: boolean;
}

/**
 * Streams the form's file into the imports folder.
 * @throws Problem, MalformedUpload, UploadStalled, ImportTooLarge, Unreadable, StorageFailed; then no
 * file is kept.
 */
export async function receiveUpload(
  deps: WebDeps,
  request: Request,
  server: KeepsOpen,
): Promise<Upload> {
  const { importsDir, config, health } = deps;
  // Bun would also count the time in which the server is busy storing what has arrived.
  server?.timeout(request, 0);
  let received: ReceivedImport | undefined;
  const { maxUploadBytes: maxBytes, uploadIdleMs: idleMs } = config;
  const store = async ({ fileName, stream }: UploadedFile) => {
    if (!fileName) return;
    const { signal } = request;
    const claim = claimsOf(deps);
    received = await receiveImport({ importsDir, fileName, stream, maxBytes, signal, claim });
    health.changedImports('added');
  };
  const fields = await readMultipart(request, store, { idleMs });
  const stored = received as ReceivedImport | undefined;
  if (stored) {
    return { fields: { ...fields, archive: stored.name }, isKnown: stored.isKnown === true };
  }
  throw new Problem(422, 'invalid_input', 'No file was sent.', {
    message: 'Choose the zip file from X or the CAR file from Bluesky, and send the form again.',
    details: { file: 'File is missing.' },
  });
}
