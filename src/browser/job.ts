import { watchJobLog } from './job_log.ts';

// On a job's page, after `app.ts` and before htmx starts.
watchJobLog();
