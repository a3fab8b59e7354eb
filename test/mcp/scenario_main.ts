import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type Agent, connect, httpAgent, type Revision } from './agents.ts';
import { runScenario } from './scenario.ts';

/** Runs the scenario in a process of its own, on Bun or on Node: `<revision> <url or program>`. */
const [revision, target = ''] = process.argv.slice(2) as [Revision, string];
const agent = await connected();
console.log(JSON.stringify(await runScenario(agent, revision)));
await agent.close();

function connected(): Promise<Agent> {
  if (target.startsWith('http')) return httpAgent(target, { revision });
  const env = process.env as Record<string, string>;
  const transport = new StdioClientTransport({ command: target, args: ['mcp'], env });
  return connect(transport as never, { revision });
}
