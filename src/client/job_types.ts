/**
 * What each type of job takes and returns, for programs that start and follow jobs. It stands by
 * itself, so that a program that uses the client compiles without the server; a type of your own
 * is added by declaration merging:
 *
 *     declare module 'xgpt/client' {
 *       interface JobTypes { count: { input: { upTo: number }; output: { counted: number } } }
 *     }
 */
export interface JobTypes {
  /** Reads one author's posts, or an archive's, into the library. */
  scrape: {
    input: {
      /** Absent only for an archive. */
      username?: string;
      /** 1 to 10,000; 100 when absent, for an archive all of them. */
      maxTweets?: number;
      includeReplies?: boolean;
      includeRetweets?: boolean;
      source?: string;
      /** The name of an import, when the source is `archive`. */
      archive?: string;
    };
    output: { username?: string; posts: number; newPosts: number };
  };
  /** Collects posts on a topic. */
  search: {
    input: {
      /** Terms, separated by commas. */
      query: string;
      /** 1 to 10,000; 100 when absent. */
      maxTweets?: number;
      /** Nothing older than so many days, 1 to 3,650. */
      days?: number;
      mode?: 'latest' | 'top';
      /** Also give every post found a vector. */
      embed?: boolean;
      source?: string;
    };
    output: { posts: number; newPosts: number; embedded?: number };
  };
  /** Finds people by their bios. */
  discover: {
    input: {
      query: string;
      /** 1 to 1,000; 20 when absent. */
      maxResults?: number;
      /** Keep the profiles in the library; true when absent. */
      save?: boolean;
      /** Then scrape each of them, as a job of its own. */
      scrape?: boolean;
      /** Posts of each at most, when they are scraped: 1 to 10,000; 100 when absent. */
      maxTweets?: number;
      source?: string;
    };
    output: {
      profiles: number;
      newProfiles: number;
      saved: boolean;
      found: string[];
      scraped?: number;
      posts?: number;
    };
  };
  /** Gives a vector to every post that has none. */
  embed: {
    input: {
      model?: string;
      /** 1 to 256; 32 when absent. */
      batchSize?: number;
    };
    output: { model: string; embedded: number };
  };
}

export type JobType = keyof JobTypes & string;

export type InputOf<Type extends JobType> = JobTypes[Type]['input'];

/** What `output` is once a job of that type has completed. */
export type OutputOf<Type extends JobType> = JobTypes[Type]['output'];

/** A job's id begins with its type. */
export type JobId<Type extends string = string> = `${Type}-${string}`;

/** What to start. */
export interface StartRequest<Type extends JobType = JobType> {
  type: Type;
  input: InputOf<Type>;
  /** The group it belongs to. */
  sessionId?: string;
}
