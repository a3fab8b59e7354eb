import { join } from 'node:path';
import { type ProxyName, replaceLines } from './documented.ts';
import type { Program } from './programs.ts';

export const PROGRAM_OF: Record<ProxyName, Program> = {
  nginx: 'nginx',
  HAProxy: 'haproxy',
  Caddy: 'caddy',
  Apache: 'apache2',
};

/** What a test replaces in a documented file: ports, certificates, and where temporary files go. */
export interface Place {
  folder: string;
  port: number;
  /** Instead of port 80. */
  otherPort: number;
  upstream: number;
  tls: boolean;
  /** The folder that holds the program's `usr`. */
  root: string;
  certificate: { certificate: string; key: string; both: string };
}

/** Files to write into the folder, and how to run the program with them in the foreground. */
interface Prepared {
  files: Record<string, string>;
  command: string[];
  env?: Record<string, string>;
}

/** The documented file with ports and certificates replaced, within what a distribution puts around it. */
export function prepare(name: ProxyName, documented: string, place: Place): Prepared {
  const file = documented.replaceAll('127.0.0.1:3000', `127.0.0.1:${place.upstream}`);
  return { nginx, HAProxy: haproxy, Caddy: caddy, Apache: apache }[name](file, place);
}

function nginx(file: string, place: Place): Prepared {
  const { folder, port, otherPort, certificate } = place;
  const site = replaceLines(file, [
    { line: 'listen 80;', by: `listen 127.0.0.1:${otherPort};` },
    place.tls
      ? { line: 'listen 443 ssl http2;', by: `listen 127.0.0.1:${port} ssl http2;` }
      : { line: 'listen 8102;', by: `listen 127.0.0.1:${port};` },
    { line: '/etc/ssl/xgpt.pem', by: certificate.certificate },
    { line: '/etc/ssl/xgpt.key', by: certificate.key },
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/temp/${kind};`,
  );
  // As Debian's nginx.conf; `gzip on` is its default.
  const main = `${process.getuid?.() === 0 ? 'user root;\n' : ''}pid ${folder}/nginx.pid;
daemon off;
worker_processes 1;
error_log ${folder}/errors.log;
events { worker_connections 768; }
http {
  access_log off;
  gzip on;
  ${temporary.join('\n  ')}
  include ${folder}/xgpt.conf;
}
`;
  return {
    files: { 'xgpt.conf': site, 'nginx.conf': main },
    command: ['-p', folder, '-e', `${folder}/errors.log`, '-c', `${folder}/nginx.conf`],
  };
}

function haproxy(file: string, place: Place): Prepared {
  const { folder, port, otherPort, certificate } = place;
  const sections = replaceLines(file, [
    { line: 'bind :80\n', by: `bind 127.0.0.1:${otherPort}\n` },
    ...(place.tls
      ? [
          { line: 'bind :443 ', by: `bind 127.0.0.1:${port} ` },
          { line: '/etc/haproxy/xgpt.pem', by: certificate.both },
        ]
      : [{ line: 'bind :8102', by: `bind 127.0.0.1:${port}` }]),
  ]);
  const global = `global
    stats socket ${folder}/stats.sock
`;
  return {
    files: { 'haproxy.cfg': global + sections },
    command: ['-db', '-f', `${folder}/haproxy.cfg`],
  };
}

function caddy(file: string, place: Place): Prepared {
  const { folder, port, otherPort, certificate } = place;
  const tls = `tls ${certificate.certificate} ${certificate.key}`;
  const site = replaceLines(file, [
    place.tls
      ? { line: 'xgpt.example {', by: `xgpt.example:${port} {\n    ${tls}` }
      : { line: ':8102 {', by: `:${port} {` },
  ]);
  const global = `{
    admin off
    auto_https disable_redirects
    http_port ${otherPort}
    default_bind 127.0.0.1
}
`;
  return {
    files: { Caddyfile: global + site },
    command: ['run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  };
}

/** The modules that Debian enables by itself, and those that the documented file names. */
const APACHE_MODULES = [
  ...['mpm_event', 'authz_core', 'authz_host', 'mime', 'alias', 'dir', 'filter', 'deflate'],
  ...['reqtimeout', 'setenvif', 'env', 'ssl', 'socache_shmcb', 'proxy', 'proxy_http', 'headers'],
];

function apache(file: string, place: Place): Prepared {
  const { folder, port, otherPort, certificate, root } = place;
  const site = replaceLines(file, [
    { line: '<VirtualHost *:80>', by: `<VirtualHost *:${otherPort}>` },
    place.tls
      ? { line: '<VirtualHost *:443>', by: `<VirtualHost *:${port}>` }
      : { line: 'Listen 8102\n<VirtualHost *:8102>', by: `<VirtualHost *:${port}>` },
    { line: '/etc/ssl/xgpt.pem', by: certificate.certificate },
    { line: '/etc/ssl/xgpt.key', by: certificate.key },
  ]);
  const modules = APACHE_MODULES.map(
    (name) => `LoadModule ${name}_module ${join(root, 'usr/lib/apache2/modules')}/mod_${name}.so`,
  );
  // As Debian's apache2.conf and mods-enabled/deflate.conf.
  const main = `ServerRoot ${folder}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}/temp
Mutex file:${folder}/temp default
ErrorLog ${folder}/errors.log
ServerName xgpt.example
User nobody
Group nogroup
Listen 127.0.0.1:${port}
Listen 127.0.0.1:${otherPort}
TypesConfig /dev/null
StartServers 1
${modules.join('\n')}
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
AddOutputFilterByType DEFLATE text/html text/plain text/xml text/css text/javascript
AddOutputFilterByType DEFLATE application/javascript application/json
Include ${folder}/xgpt.conf
`;
  return {
    files: { 'xgpt.conf': site, 'apache.conf': main },
    command: ['-D', 'FOREGROUND', '-f', `${folder}/apache.conf`],
  };
}
