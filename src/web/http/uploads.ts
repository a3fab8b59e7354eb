import { receiveImport } from '../../sources/archive/index.ts';
import type { WebDeps } from '../deps.ts';
import { readMultipart } from './multipart.ts';
import { Problem } from './problem.ts';

/** The part of Bun's server that an upload needs; absent when a test calls the app directly. */
export type KeepsOpen = { timeout(request: Request, seconds: number): void } | null;

export function isUpload(request: Request): boolean {
  return /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '');
}

/**
 * Streams the form's file into the imports folder.
 * @returns the form's fields, with the name the import got as `archive`.
 * @throws Problem, MalformedUpload, ImportTooLarge, Unreadable; then no file is kept.
 */
export async function receiveUpload(
  { importsDir, config }: WebDeps,
  request: Request,
  server: KeepsOpen,
): Promise<Record<string, string>> {
  // An upload may pause for longer than Bun keeps a silent connection open.
  server?.timeout(request, 0);
  let archive: string | undefined;
  const fields = await readMultipart(request, async ({ fileName, stream }) => {
    if (!fileName) return;
    const { signal } = request;
    const maxBytes = config.maxUploadBytes;
    archive = (await receiveImport({ importsDir, fileName, stream, maxBytes, signal })).name;
  });
  if (archive) return { ...fields, archive };
  throw new Problem(422, 'invalid_input', 'No file was sent.', {
    message: 'Choose the zip file from X, and send the form again.',
    details: { file: 'File is missing.' },
  });
}
