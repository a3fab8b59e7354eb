import { ACTOR_KINDS, AUDIT_ACTIONS, AUDIT_KINDS } from '../jobs/audit.ts';
import type { AuditOptions } from './audit.ts';
import type { DocumentedCommand } from './help.ts';

/** `xgpt audit`: who did what, and when. */
export function addAuditCommand(program: DocumentedCommand): void {
  program
    .command('audit')
    .description('show who started, cancelled or changed what')
    .option('--job <id>', 'only entries about this job; the beginning or end of its id is enough')
    .option('--who <text>', 'only entries with this text in the user, the sign-in or the address')
    .option('--action <action>', `only this action: ${AUDIT_ACTIONS.join(', ')}`)
    .option('--kind <kind>', `only changes of this: ${AUDIT_KINDS.join(', ')}`)
    .option('--automatic', 'also what happens by itself, such as starts by schedules and retries')
    .option('--via <kind>', `only what was done this way: ${ACTOR_KINDS.join(', ')}`)
    .option('--since <time>', 'only since then: 90m, 24h, 7d ago, or 2026-01-31T12:00Z')
    .option('--until <time>', 'only before then')
    .option('--limit <n>', 'maximum number, 1–1,000 (default: 50)')
    .option('--json', 'one JSON object per line')
    .examples(
      ['xgpt audit --since 24h', 'what was done since yesterday'],
      ['xgpt audit --job 4f2a91c0', 'everything that was done to a job'],
      ['xgpt audit --action remove --json', 'what was removed'],
    )
    .action(async (options: AuditOptions) => {
      const { showAudit } = await import('./audit.ts');
      await showAudit(options);
    });
}
