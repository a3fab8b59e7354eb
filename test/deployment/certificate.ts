import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPrograms, run } from './programs.ts';

const REQUEST = `[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = xgpt.example
[extensions]
subjectAltName = DNS:xgpt.example
`;

/** Writes a self-signed certificate for xgpt.example: `xgpt.key`, `xgpt.pem`, and both in `both.pem`. */
export async function writeCertificate(folder: string) {
  const { openssl } = await findPrograms();
  await mkdir(folder, { recursive: true });
  const path = (name: string) => join(folder, name);
  await writeFile(path('request.conf'), REQUEST);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  const files = ['-keyout', path('xgpt.key'), '-out', path('xgpt.pem')];
  await run(
    [
      openssl.path,
      'req',
      '-x509',
      '-days',
      '2',
      ...curve,
      ...files,
      '-config',
      path('request.conf'),
    ],
    { env: openssl.env },
  );
  const read = (name: string) => Bun.file(path(name)).text();
  await writeFile(path('both.pem'), (await read('xgpt.pem')) + (await read('xgpt.key')));
  return { certificate: path('xgpt.pem'), key: path('xgpt.key'), both: path('both.pem') };
}
