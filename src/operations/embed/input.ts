import { z } from 'zod';
import { choice, wholeNumber } from '../fields.ts';
import type { InputDeps, JobTypeOf } from '../job_type.ts';

export interface EmbedResult {
  model: string;
  /** Posts that got a vector from this job. */
  embedded: number;
}

declare module '../../jobs/job.ts' {
  interface JobTypes {
    /** Gives a vector to every post that has none of this model. */
    embed: JobTypeOf<typeof embedInput, EmbedResult>;
  }
}

export default function embedInput({ embedder }: InputDeps) {
  return z.object({
    model: choice({ label: 'Model', values: [embedder.model], default: embedder.model }),
    /** Posts of one commit. */
    batchSize: wholeNumber({
      label: 'Batch size',
      help: 'Posts saved at a time. A cancel keeps the batches that have been saved.',
      min: 1,
      max: 256,
      default: 32,
    }),
  });
}
