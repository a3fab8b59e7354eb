import type { Embedder } from '../embedding/embedder.ts';
import type { Library } from '../library/library.ts';
import type { Sources } from '../sources/index.ts';

/** What operations work with. */
export interface OperationDeps {
  library: Library;
  sources: Sources;
  /** Whether this process leaves jobs of a source to others. Default: it leaves none. */
  isLeftToOthers?(source: string): boolean;
  /** Whether the library is a copy of what others write, and cannot be brought up to date now. Default: it is not. */
  isOutdated?(): boolean;
  embedder: Embedder;
  /** The folder with personal archives. */
  importsDir: string;
}
