/**
 * The input and output of each job type, for programs that start and follow jobs. It imports nothing,
 * so that a program that uses the client compiles without the server. Add your own types by declaration
 * merging:
 *
 *     declare module 'xgpt/client' {
 *       interface JobTypes { count: { input: { upTo: number }; output: { counted: number } } }
 *     }
 */
export interface JobTypes {
  /** Collects the posts of an author or an archive. */
  scrape: {
    input: {
      /** Optional only for an archive. */
      username?: string;
      /** 1 to 10,000; default 100, for an archive all. */
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
      /** 1 to 10,000; default 100. */
      maxTweets?: number;
      /** The maximum age of posts in days, 1 to 3,650. */
      days?: number;
      mode?: 'latest' | 'top';
      /** Also embed every post found. */
      embed?: boolean;
      source?: string;
    };
    output: { posts: number; newPosts: number; embedded?: number };
  };
  /** Finds profiles by their bios. */
  discover: {
    input: {
      query: string;
      /** 1 to 1,000; default 20. */
      maxResults?: number;
      /** Save the profiles in the library; default true. */
      save?: boolean;
      /** Then scrape each of them in its own job. */
      scrape?: boolean;
      /** Maximum posts of each scraped profile: 1 to 10,000; default 100. */
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
  /** Embeds every post without a vector. */
  embed: {
    input: {
      model?: string;
      /** 1 to 256; default 32. */
      batchSize?: number;
    };
    output: { model: string; embedded: number };
  };
}

export type JobType = keyof JobTypes & string;

export type InputOf<Type extends JobType> = JobTypes[Type]['input'];

/** The output of a completed job of that type. */
export type OutputOf<Type extends JobType> = JobTypes[Type]['output'];

/** A job's id begins with its type. */
export type JobId<Type extends string = string> = `${Type}-${string}`;

/** A job to start. */
export interface StartRequest<Type extends JobType = JobType> {
  type: Type;
  input: InputOf<Type>;
  /** The session, which groups jobs. */
  sessionId?: string;
}
