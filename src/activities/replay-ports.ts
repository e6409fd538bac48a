import type { Replay, ReplayRequest } from '../domain/replay';

/** How a replay stands with the archive, which knows nothing of who forwards what. */
export interface ArchiveReplay {
  state: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  /** ISO 8601: time of the event that it has come to */
  lastReplayedAt?: string;
  /** why it failed */
  reason?: string;
}

/** The archive of the bus. Throws `StepError` SERVICE_UNAVAILABLE when it cannot be reached. */
export interface EventArchive {
  /**
   * Starts a replay to the rule that replays go by; one that was started before is left as it is.
   *
   * @throws StepError REQUEST_REFUSED when the name belongs to another replay, or it is nothing that can be replayed
   */
  start(request: ReplayRequest): Promise<void>;
  /** `undefined` when it knows no replay of this name. */
  look(name: string): Promise<ArchiveReplay | undefined>;
  /** Stops it; one that is over, or never began, is left as it is. */
  cancel(name: string): Promise<void>;
  /** About how many events are out of the archive and wait for the forwarder, or are with it. */
  backlog(): Promise<number>;
}

/** What is written down of replays. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface ReplayLog {
  /**
   * Writes a replay down before it begins.
   *
   * @returns what is written of it, perhaps by an earlier attempt; `name-used` when the name belongs to another replay
   */
  open(request: ReplayRequest): Promise<Replay | 'name-used'>;
  read(name: string): Promise<Replay | undefined>;
  /** Writes how it stands; a replay that is over stays as it is. */
  note(name: string, changes: ReplayChanges): Promise<void>;
}

export type ReplayChanges = Partial<Pick<Replay, 'state' | 'endedAt' | 'lastReplayedAt' | 'cancelledBy' | 'reason'>>;
