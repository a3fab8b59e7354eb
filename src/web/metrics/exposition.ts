import type { Metric, Registry, RegistryContentType } from 'prom-client';
import type { Distribution, Family, Sample } from './family.ts';

const OPEN_METRICS = 'application/openmetrics-text';

/** In either format. */
type AnyRegistry = Registry<RegistryContentType>;

interface Value extends Sample {
  metricName?: string;
}

/** The metrics as text, in the format that the client prefers. */
export async function exposition(
  families: readonly Family[],
  accept: string,
): Promise<{ text: string; contentType: string }> {
  // Only a server that is scraped needs it.
  const { Registry } = await import('prom-client');
  const registry: AnyRegistry = new Registry();
  if (accept.includes(OPEN_METRICS)) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  // In their order: what cannot be read shows in the health, which comes last.
  for (const family of families) register(registry, family, await valuesOf(family));
  return { text: await registry.metrics(), contentType: registry.contentType };
}

/**
 * The registry asks a metric for its values. prom-client's own metrics keep them, and its histograms
 * cannot be set to what was counted elsewhere.
 */
function register(registry: AnyRegistry, { name, help, type }: Family, values: Value[]): void {
  const metric = {
    name,
    help,
    type,
    // For OpenMetrics the registry renames counters.
    get: async () => ({ name: metric.name, help, type, values }),
  };
  registry.registerMetric(metric as unknown as Metric);
}

async function valuesOf(family: Family): Promise<Value[]> {
  if (family.type !== 'histogram') return family.read();
  return (await family.read()).flatMap((each) => seriesOf(family.name, each));
}

function seriesOf(name: string, { labels = {}, bounds, counts, sum }: Distribution): Value[] {
  let count = 0;
  const buckets = [...bounds.map(String), '+Inf'].map((le, index) => {
    count += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
