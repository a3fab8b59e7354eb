/** What an agent is told that may only read, by its token or by `xgpt mcp --read-only`. */
export const READ_ONLY =
  'Nothing was changed. This connection is read-only: it sees everything and changes nothing. A person can change that, with XGPT_TOKEN in place of the reader’s token, or with xgpt mcp without --read-only.';
