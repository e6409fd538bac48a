import type { ActivityDeps } from '../../../src/activities';
import type { AuditEntry } from '../../../src/domain/audit';
import type { DeadLetter } from '../../../src/domain/dead-letters';
import { auditOfLetter } from '../../../src/domain/audit';
import { capped } from '../../../src/domain/dead-letters';
import { StepError } from '../../../src/domain/failures';

/** The desk in memory: its records, and what was sent back. */
export interface MemoryDeadLetters {
  records: Map<string, DeadLetter>;
  sent: { queue: string; body: string; attributes: Record<string, string> }[];
  /** what a topic was handed after all */
  published: { topicArn: string; message: string }[];
  resets: { workflowId: string; runId: string; requestId: string }[];
  /** by id: the same again is the same line */
  audit: Map<string, AuditEntry>;
  ports: ActivityDeps['deadLetters'];
}

export function createMemoryDeadLetters(): MemoryDeadLetters {
  const records = new Map<string, DeadLetter>();
  const sent: MemoryDeadLetters['sent'] = [];
  const published: MemoryDeadLetters['published'] = [];
  const resets: MemoryDeadLetters['resets'] = [];
  const audit: MemoryDeadLetters['audit'] = new Map();
  return {
    records,
    sent,
    published,
    resets,
    audit,
    ports: {
      book: {
        read: async (id) => records.get(id),
        async save({ letter, entry }) {
          const before = records.get(letter.id);
          if (!before) throw new StepError('REQUEST_REFUSED', 'gone');
          if (before.version >= letter.version) return;
          const line = auditOfLetter(letter, entry);
          if (line) audit.set(line.id, line);
          const { body, attributes, story } = before;
          records.set(letter.id, {
            ...letter,
            body,
            attributes,
            updatedAt: entry.at,
            story: capped([...story, entry]),
          });
        },
        async listRedrivable({ filter, cursor, limit }) {
          const from = Number(cursor ?? 0);
          const letters = [...records.values()]
            .filter((letter) => filter.class === undefined || letter.class === filter.class)
            .filter((letter) => filter.queue === undefined || letter.queue === filter.queue)
            .slice(from, from + limit);
          return { letters, ...(from + limit < records.size && { cursor: String(from + limit) }) };
        },
      },
      queues: { has: (queue) => queue.endsWith('-queue'), send: async (message) => void sent.push(message) },
      targets: {
        find: async (arn) => {
          const name = arn.split(':').at(-1) ?? '';
          if (name.startsWith('foreign')) return { kind: 'NONE', reason: `${arn} is none of ours` };
          return arn.includes(':sqs:') ? { kind: 'QUEUE', queue: name } : { kind: 'TOPIC' };
        },
        publish: async (message) => void published.push(message),
      },
      workflows: {
        async reset({ workflowId, runId, requestId }) {
          resets.push({ workflowId, runId, requestId });
          return { outcome: 'RUNS_AGAIN', reason: 'it runs again' };
        },
      },
      audit: { write: async (line) => void audit.set(line.id, line) },
      desk: { redrive: noEngine, discard: noEngine },
    },
  };
}

const noEngine = () => Promise.reject(new Error('no engine'));
