import { plugin } from 'bun';

/** Preloaded: loading the web side, the model's runtime or an operation fails. */
plugin({
  name: 'refuse heavy modules',
  setup(build) {
    build.onLoad(
      {
        filter:
          /node_modules\/(elysia|onnxruntime-node|@kitajs)\/|\.tsx$|src\/operations\/\w+\/(input|run)\.ts/,
      },
      ({ path }) => {
        throw new Error(`${path} was loaded.`);
      },
    );
  },
});
