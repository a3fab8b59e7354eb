import { peer } from '../peers/index.ts';
import type { System } from '../peers/system.ts';
import type { Figures, Measurement, Setting } from '../suite/suite.ts';

export type Measure = (system: System, setting: Setting) => Promise<Figures>;

/** One measurement of each of these peers. */
export function of(
  name: string,
  peers: readonly string[],
  concurrency: number,
  measure: Measure,
): Measurement[] {
  return peers.map(peer).map((each) => ({
    name,
    subject: each.name,
    requires: each.requires,
    async run(setting) {
      const { folder, servers } = setting;
      const system = await each.open({ folder, servers, concurrency });
      return measure(system, setting);
    },
  }));
}
