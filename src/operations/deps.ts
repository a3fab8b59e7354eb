import type { Embedder } from '../embedding/embedder.ts';
import type { Library } from '../library/library.ts';
import type { Sources } from '../sources/index.ts';

/** What an operation works with: the only place where jobs, sources and library meet. */
export interface OperationDeps {
  library: Library;
  sources: Sources;
  embedder: Embedder;
  /** The folder with personal archives, uploaded or dropped there. */
  importsDir: string;
}
