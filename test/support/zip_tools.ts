import { join } from 'node:path';
import type { ArchiveContent } from './archive_fixture.ts';
import { programFinder, run } from './debian_programs.ts';
import { zipOf } from './zip_writer.ts';

type Program = 'zip' | '7zz' | 'bsdtar' | 'python3';

/** The real programs, each with the Debian package that holds it. */
export const findZipTools = programFinder<Program>(
  { zip: 'zip', '7zz': '7zip', bsdtar: 'libarchive-tools', python3: 'python3' },
  'xgpt-zip-tools',
);

/** Packs a folder into a zip as somebody would who uses that program. */
export type Pack = (folder: string, zip: string, content: ArchiveContent) => Promise<unknown>;

const by =
  (program: Program, args: (zip: string) => string[]): Pack =>
  async (folder, zip) => {
    const { path, env } = (await findZipTools())[program];
    // The times in a zip are local.
    await run([path, ...args(zip)], { cwd: folder, env: { ...env, TZ: 'UTC' } });
  };

const PYTHON = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for folder, _, files in os.walk("."):
        for file in files:
            archive.write(os.path.join(folder, file))
`;

/** Five real programs, and what two more write that are not on this system. */
export const packs: Record<string, Pack> = {
  zip: by('zip', (zip) => ['-qr', zip, '.']),
  'zip, piped': async (folder, zip) => {
    const { path, env } = (await findZipTools()).zip;
    // To a pipe, zip writes sizes after the data, as Zip64.
    await run(['sh', '-c', '"$0" -qr - . > "$1"', path, zip], {
      cwd: folder,
      env: { ...env, TZ: 'UTC' },
    });
  },
  '7z': by('7zz', (zip) => ['a', '-bso0', '-tzip', zip, '.']),
  bsdtar: by('bsdtar', (zip) => ['-a', '-cf', zip, '.']),
  Python: by('python3', (zip) => ['-c', PYTHON, zip]),
  'Windows PowerShell': (_folder, zip, content) =>
    Bun.write(zip, zipOf(content, { backslashes: true })),
  Finder: (_folder, zip, content) =>
    Bun.write(
      zip,
      zipOf(
        { ...content, ...Object.fromEntries(appleDoubles(content)) },
        { dataDescriptors: true },
      ),
    ),
};

/** The file of attributes that macOS adds for each file. */
function appleDoubles(content: ArchiveContent): [string, string][] {
  return Object.keys(content).map((name) => {
    const { dir, base } = /^(?<dir>.*\/)?(?<base>[^/]*)$/.exec(name)?.groups ?? {};
    return [join('__MACOSX', dir ?? '', `._${base}`), '\0\x05\x16\x07'];
  });
}
