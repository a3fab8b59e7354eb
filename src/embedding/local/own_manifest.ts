import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { once } from '../../platform/once.ts';
import { ModelUnavailable } from '../embedder.ts';
import { MINILM, type ModelFile, type ModelSpec } from './manifest.ts';

/** The file in a folder of the user's own that describes another model than the usual one. */
export const MANIFEST_FILE = 'xgpt-model.json';

const manifest = once(() => {
  const path = z.string().regex(/^(?!\/)(?!.*\.\.)[^\\]+$/);
  return z.strictObject({
    name: z.string().min(1).max(100),
    dimensions: z.int().min(1).max(16_384),
    maxTokens: z.int().min(8).max(32_768),
    pooling: z.enum(['mean', 'cls', 'none']).default('mean'),
    queryPrefix: z.string().default(''),
    textPrefix: z.string().default(''),
    onnx: path.default('onnx/model.onnx'),
    limits: z.string().default(''),
    /** Those whose content is verified; others need only be there. */
    files: z
      .array(z.strictObject({ path, bytes: z.int().min(1), sha256: z.hex().length(64) }))
      .default([]),
  });
});

export interface OwnModel {
  spec: ModelSpec;
  /** Absent: those of all-MiniLM-L6-v2. */
  files?: readonly ModelFile[];
}

/**
 * What the folder's manifest says; without one it is all-MiniLM-L6-v2.
 * @throws ModelUnavailable (permanent) when the manifest cannot be used.
 */
export function readOwnManifest(dir: string): OwnModel {
  const file = join(dir, MANIFEST_FILE);
  if (!existsSync(file)) return { spec: MINILM };
  try {
    const {
      files: verified,
      limits,
      ...spec
    } = manifest().parse(JSON.parse(readFileSync(file, 'utf8')));
    const listed = new Set(verified.map((one) => one.path));
    const others = ['tokenizer.json', 'tokenizer_config.json', spec.onnx]
      .filter((needed) => !listed.has(needed))
      .map((needed) => ({ path: needed, bytes: 0, sha256: '' }));
    return {
      spec: { ...spec, limits: limits || `The model is ${spec.name}.` },
      files: [...verified, ...others],
    };
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new ModelUnavailable(`${file} cannot be used: ${problem}`, { permanent: true, cause });
  }
}
