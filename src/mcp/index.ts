/** Lets agents start, follow and cancel jobs, and find what was collected, by the Model Context Protocol. */
export type { AgentDeps } from './deps.ts';
export { type AgentEndpoint, createAgentEndpoint, type Visit } from './http.ts';
