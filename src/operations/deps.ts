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
  /** Whether an embed job runs or waits. Default: it is not known. */
  isEmbedding?(): Promise<boolean>;
  /** The folder with personal archives. */
  importsDir: string;
  /** Whether other machines, which may have archives of their own, run jobs too. Default: none does. */
  hasOtherMachines?: boolean;
}
