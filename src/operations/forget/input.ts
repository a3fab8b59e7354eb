import { z } from 'zod';
import { mismatch, readUsername } from '../../text/usernames.ts';
import { optionalSource, optionalUsername, sourceOf, tick } from '../fields.ts';
import type { InputDeps, JobTypeOf } from '../job_type.ts';

export interface ForgetResult {
  username: string;
  source: string;
  /** Other sources that have posts of an author of this name. Absent when none has. */
  elsewhere?: string[];
  /** Stored archives that have posts of the author, which another import would bring back. Absent for none. */
  archives?: string[];
  /** Posts that were deleted, or would be. */
  posts: number;
  /** The same of profiles. */
  profiles: number;
  /** Where parts of what was deleted may still be. Absent when it was overwritten everywhere. */
  left?: ('log' | 'pages')[];
  /** They were only counted. Absent when they were deleted. */
  counted?: true;
}

declare module '../../jobs/job.ts' {
  interface JobTypes {
    /** Deletes an author and everything of theirs from the library. */
    forget: JobTypeOf<typeof forgetInput, ForgetResult>;
  }
}

export default function forgetInput({ sources }: InputDeps) {
  const names = [...sources.keys()];
  return fields(names)
    .superRefine(({ username, source }, context) => {
      const refuse = (message: string) =>
        context.addIssue({ code: 'custom', path: ['username'], message });
      if (!username) refuse('Username is missing. Type one, for example aurora_lab.');
      else if (source !== undefined && source !== 'archive') {
        const wrong = mismatch(username, source, sources.get(source)?.label ?? source);
        if (wrong) refuse(wrong);
      }
    })
    .transform(({ username = '', source, onlyCount }) => {
      const read = readUsername(username);
      return {
        username: 'username' in read ? read.username : username,
        source: sourceOf(source, username, names),
        onlyCount,
      };
    });
}

function fields(sources: string[]) {
  return z.object({
    username: optionalUsername({
      label: 'Username',
      help: 'A name, with or without @, or the address of a profile on X or Bluesky.',
      description: 'Required.',
      placeholder: 'aurora_lab',
    }),
    source: optionalSource(sources),
    onlyCount: tick({
      label: 'Only count',
      help: 'Says how much would be deleted, and deletes nothing.',
      default: false,
      initial: true,
    }),
  });
}
