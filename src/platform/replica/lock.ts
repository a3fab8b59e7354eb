/** Names the lock that whoever writes to the replicated tables has. */
export const REPLICATED_LOCK = 'replicated tables';
