import { plugin } from 'bun';

/** Preloaded: loading a module that only later requests, jobs or commands need fails. */
plugin({
  name: 'refuse late modules',
  setup(build) {
    build.onLoad(
      {
        filter:
          /node_modules\/(onnxruntime-node|@huggingface|@atcute|@fastify\/busboy|tar-stream|commander|@elysiajs\/openapi|html-entities|@the-convocation|@xdevplatform|croner)\/|\/src\/(routes\/openapi|client|browser)\/|\/src\/sources\/archive\/(read|zip_files|car\/)|\/src\/sources\/x\/(cookies|api)\/(client|library)|\/src\/cli\/.*commands/,
      },
      ({ path }) => {
        throw new Error(`${path} was loaded.`);
      },
    );
  },
});
