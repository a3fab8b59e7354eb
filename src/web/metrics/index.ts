import type { Writer } from '../../platform/writer.ts';
import type { WebDeps } from '../deps.ts';
import type { Family } from './family.ts';
import { jobMetrics } from './job_metrics.ts';
import { LagMeter } from './lag_meter.ts';
import { processMetrics } from './process_metrics.ts';

export { exposition } from './exposition.ts';

/** Every metric of this server. The lag of its event loop is measured from here on, until it stops. */
export function createMetrics(
  deps: Pick<WebDeps, 'tracker' | 'streams' | 'health' | 'closing'> & { writer: Writer },
): Family[] {
  const lag = new LagMeter();
  lag.start();
  deps.closing.addEventListener('abort', () => lag.stop());
  const families = [...jobMetrics(deps.tracker), ...processMetrics({ ...deps, lag })];
  return families.map((family) => readable(family, deps.health));
}

/** While the database cannot be read, what it has to be asked for is left out. */
function readable(family: Family, health: WebDeps['health']): Family {
  const read = async () => {
    try {
      return await family.read();
    } catch (error) {
      if (!health.noticed(error)) throw error;
      return [];
    }
  };
  return { ...family, read } as Family;
}
