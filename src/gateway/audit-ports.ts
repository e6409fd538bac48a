import type { AuditEntry } from '../domain/audit';

/** What operators did by hand. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface AuditDesk {
  /**
   * Newest first. A page may be short, or empty, and have a cursor: it only looks so far.
   *
   * @param p.from ISO 8601; included
   * @param p.to ISO 8601; included
   * @param p.by the name, as it was given
   * @throws InvalidCursorError when the cursor is not one that a page with the same filter came with
   */
  list(p: {
    from: string;
    to: string;
    by?: string;
    cursor?: string;
    limit: number;
  }): Promise<{ entries: AuditEntry[]; cursor?: string }>;
}
