#!/usr/bin/env bash
# nginx 1.22, Caddy 2.6 and Apache 2.4 compress a stream that says no-transform, and Caddy then holds it.
#
# A response with `Cache-Control: no-transform` must not be changed by a proxy (RFC 9111, 5.2.2.6).
# When a proxy is set to compress the response's type, nginx, Caddy and Apache do so all the same; only
# HAProxy leaves it alone. nginx and Apache pass each event on as soon as they have compressed it. Caddy
# sends nothing until the stream ends or its buffer is full, and its `encode gzip` includes
# text/event-stream without being told. It compresses only if the first piece of the stream has at least
# 512 bytes, so a test with short events does not show it. The header does not keep a stream live: the
# proxy must be set not to compress it.
#
# Observed with Debian 12 (nginx 1.22.1, Caddy 2.6.2, Apache 2.4.71, HAProxy 2.6.12), Node 20:
#   nginx    gzip, events arrive at once
#   Caddy    gzip, events are held
#   Apache   gzip, events arrive at once
#   HAProxy  not compressed, events arrive at once
set -euo pipefail
folder=$(mktemp -d)
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p archives/partial temp logs
apt-get -qq -o APT::Sandbox::User=root -o Debug::NoLocking=1 -o Dir::Cache="$folder" install --download-only --yes \
  --no-install-recommends --reinstall nginx caddy apache2-bin haproxy >/dev/null
for package in archives/*.deb; do dpkg-deb --extract "$package" root; done
LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu | sed "s#root#$folder/root#g; s# #:#g")
export LD_LIBRARY_PATH HOME="$folder"

cat >upstream.mjs <<'END'
import { createServer } from 'node:http';
createServer((_, response) => {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.write(`data: ${'x'.repeat(2000)}\n\n`);
  const timer = setInterval(() => response.write(`data: ${Math.random()}\n\n`), 300);
  response.on('close', () => clearInterval(timer));
}).listen(18001, '127.0.0.1');
END
# Counts how often bytes arrive in three seconds, in which there are about ten events.
cat >client.mjs <<'END'
import { get } from 'node:http';
const headers = { 'accept-encoding': 'gzip' };
get({ host: '127.0.0.1', port: process.argv[2], headers }, (response) => {
  let pieces = 0;
  response.on('data', () => pieces++);
  setTimeout(() => {
    const coding = response.headers['content-encoding'] ?? 'not compressed';
    console.log(`${coding}, events ${pieces > 5 ? 'arrive at once' : 'are held'}`);
    process.exit();
  }, 3000);
});
END

user=$([ "$(id -u)" = 0 ] && echo 'user root;' || true)
cat >nginx.conf <<END
$user daemon off; pid $folder/nginx.pid; error_log $folder/logs/nginx.log; events {}
http {
  access_log off; proxy_temp_path temp/p; client_body_temp_path temp/c; fastcgi_temp_path temp/f;
  uwsgi_temp_path temp/u; scgi_temp_path temp/s; gzip on; gzip_types *; gzip_proxied any;
  server { listen 127.0.0.1:18002; location / { proxy_pass http://127.0.0.1:18001; } }
}
END
cat >Caddyfile <<'END'
{
  admin off
  auto_https off
}
http://127.0.0.1:18003 {
  encode gzip
  reverse_proxy 127.0.0.1:18001
}
END
modules=root/usr/lib/apache2/modules
{
  echo "ServerRoot $folder"
  for name in mpm_event authz_core filter deflate proxy proxy_http; do
    echo "LoadModule ${name}_module $modules/mod_$name.so"
  done
  echo "Listen 127.0.0.1:18004
ServerName localhost
User nobody
Group nogroup
PidFile $folder/apache.pid
DefaultRuntimeDir $folder/temp
ErrorLog $folder/logs/apache.log
SetOutputFilter DEFLATE
ProxyPass / http://127.0.0.1:18001/"
} >apache.conf
cat >haproxy.cfg <<'END'
defaults
  mode http
  option http-no-delay
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend web
  bind 127.0.0.1:18005
  compression algo gzip
  compression type text/event-stream
  default_backend web
backend web
  server web 127.0.0.1:18001
END
run() {
  "$@" >>logs/output 2>&1 &
  children+=("$!")
}
run node upstream.mjs
run root/usr/sbin/nginx -p "$folder" -e logs/nginx.log -c "$folder/nginx.conf"
run root/usr/bin/caddy run --config Caddyfile --adapter caddyfile
run root/usr/sbin/apache2 -D FOREGROUND -f "$folder/apache.conf"
run root/usr/sbin/haproxy -db -f haproxy.cfg
sleep 2

expect() {
  local seen
  seen=$(node client.mjs "$3")
  printf '%-8s %s\n' "$1" "$seen"
  [ "$seen" = "$2" ] || { echo "expected: $2" >&2; exit 1; }
}
expect nginx 'gzip, events arrive at once' 18002
expect Caddy 'gzip, events are held' 18003
expect Apache 'gzip, events arrive at once' 18004
expect HAProxy 'not compressed, events arrive at once' 18005
echo 'The results are as described.'
