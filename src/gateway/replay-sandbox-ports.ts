/** An event that a replay put aside, to be looked at. */
export interface SandboxMessage {
  messageId: string;
  /** when it was put there, ISO 8601 */
  sentAt: string;
  /** the replay that put it there; absent: somebody else did */
  replayName?: string;
  /** as it came out of the archive */
  body: string;
}

/** The queue that replays put events into instead of giving them to the live consumers. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface ReplaySandbox {
  /**
   * Looks at what is there and leaves it there.
   *
   * @param limit messages that are shown, at most
   * @returns also how many there are, about: those that somebody else just looks at among them, who are not shown
   */
  look(limit: number): Promise<{ count: number; messages: SandboxMessage[] }>;
  /**
   * Throws all of it away. On AWS this takes up to a minute, and cannot be asked for again within one.
   *
   * @returns how many there were, about
   */
  purge(): Promise<number>;
}
