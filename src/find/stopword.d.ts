/** The package has no types of its own. */
declare module 'stopword' {
  /** A list of words by ISO 639-3 code of its language, such as `eng`; and functions. */
  const exports: Record<string, readonly string[] | ((...values: unknown[]) => unknown)>;
  export = exports;
}
