/** In the compiled program, the second script: `bundle.ts` replaces this module. */
export {};
