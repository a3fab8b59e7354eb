import { plugin } from 'bun';

/** Preloaded: loading what only agents need fails. */
plugin({
  name: 'refuse agents',
  setup(build) {
    build.onLoad({ filter: /node_modules\/@modelcontextprotocol\/|src\/mcp\// }, ({ path }) => {
      throw new Error(`${path} was loaded.`);
    });
  },
});
