import { programFinder } from '../support/debian_programs.ts';

export { DOWNLOAD_TIMEOUT_MS, type Installed, run } from '../support/debian_programs.ts';

/** The programs of these tests, each with the Debian package that holds it. */
const PACKAGES = {
  nginx: 'nginx',
  haproxy: 'haproxy',
  caddy: 'caddy',
  apache2: 'apache2-bin',
  openssl: 'openssl',
  'systemd-analyze': 'systemd',
} as const;

export type Program = keyof typeof PACKAGES;

/** The installed programs; missing ones are downloaded. */
export const findPrograms = programFinder<Program>(PACKAGES, 'xgpt-deployment');
