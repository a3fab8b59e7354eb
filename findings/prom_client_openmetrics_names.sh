#!/usr/bin/env bash
# prom-client 15.1.3: one scrape as OpenMetrics changes the name of a counter in every later scrape as text.
#
# A metric may belong to several registries, and a registry has one format. A server that answers both
# formats of Prometheus therefore has two registries with the same metrics. When the registry for
# OpenMetrics is read, it removes `_total` from the `name` of each counter, in the metric object itself,
# and adds it again to each sample. The registry for text does not add it: after the first scrape as
# OpenMetrics the series `jobs_total` is called `jobs` there, and queries for the old name find nothing.
#
# Observed with prom-client 15.1.3, with node and with the npm package bun 1.4.4:
#   text before                 jobs_total 1
#   OpenMetrics                 jobs_total 1
#   text after                  jobs 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bun@1.4.4 prom-client@15.1.3 >/dev/null 2>&1

cat >scrape.mjs <<'EOF'
import prom from 'prom-client';
const { Counter, Registry } = prom;
const text = new Registry();
const openMetrics = new Registry();
openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
new Counter({ name: 'jobs_total', help: 'Jobs.', registers: [text, openMetrics] }).inc();
const sample = async (registry) =>
  (await registry.metrics()).split('\n').find((line) => /^jobs/.test(line));
for (const registry of [text, openMetrics, text]) console.log(await sample(registry));
EOF

for program in node node_modules/.bin/bun; do
  seen=$("$program" scrape.mjs | tr '\n' ',')
  printf '%-24s %s\n' "${program##*/}" "$seen"
  wanted='jobs_total 1,jobs_total 1,jobs 1,'
  [ "$seen" = "$wanted" ] || { echo "expected: $wanted" >&2; exit 1; }
done
echo 'The results are as described.'
