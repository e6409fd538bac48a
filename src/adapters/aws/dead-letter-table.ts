import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DeadLetterBook } from '../../activities/dead-letter-ports';
import type { DeadLetterRegister } from '../../messaging/dead-letter-ports';
import type { DeadLetterBoard } from '../../gateway/dead-letter-ports';
import { auditOfLetter } from '../../domain/audit';
import { auditPut } from './audit-trail';
import { capped, type DeadLetter, type DeadLetterStanding } from '../../domain/dead-letters';
import { counterRows } from './dead-letter-counts';
import { createDeadLetterList } from './dead-letter-list';
import { reach } from './errors';
import { StepError } from '../../domain/failures';
import { writeTogether } from './write-together';

/** What a record may have, and not always has. */
const OPTIONAL = ['errorType', 'reason', 'dueAt', 'run'] as const satisfies (keyof DeadLetterStanding)[];

/** What of a record says whether a change was made, and what it changes. */
const STANDING = ['version', 'story', 'class', 'state'] as const satisfies (keyof DeadLetter)[];
type Standing = Pick<DeadLetter, (typeof STANDING)[number]>;

/**
 * The records of dead letters: created by who finds them, and then written by their workflows alone. Each change of a state
 * moves the counters in the same transaction, once, for a change that is repeated is refused as a whole.
 */
export function createDeadLetterTable(p: {
  db: DynamoDBDocumentClient;
  tables: { letters: string; audit: string };
}): DeadLetterBook & DeadLetterRegister & DeadLetterBoard {
  const { db, tables } = p;
  const TableName = tables.letters;
  const lists = createDeadLetterList({ db, table: TableName });

  async function read(id: string): Promise<DeadLetter | undefined> {
    const command = new GetCommand({ TableName, Key: { id }, ConsistentRead: true });
    const { Item } = await reach(`reading ${TableName}`, () => db.send(command));
    // the counters beside them are none
    return Item?.['class'] === undefined ? undefined : (Item as DeadLetter);
  }

  return {
    read,
    list: lists.list,
    listRedrivable: lists.listRedrivable,

    async create(letter) {
      const put = { TableName, Item: letter, ConditionExpression: 'attribute_not_exists(id)' };
      const counters = counterRows(tables.letters, { id: letter.id, after: letter });
      const what = `${TableName} of dead letter ${letter.id}`;
      if (!(await writeTogether(db, [{ Put: put }, ...counters], what))) return undefined;
      const known = await read(letter.id);
      if (!known) throw new StepError('SERVICE_UNAVAILABLE', `writing ${what}: its record came and went`);
      return { arrivals: known.arrivals, ...(known.run && { runId: known.run.runId }) };
    },

    async save({ letter, entry }) {
      const before = await readStanding(letter.id);
      // by an attempt whose answer was lost
      if (before.version >= letter.version) return;
      const { id, ...standing } = letter;
      const values = { ...standing, story: capped([...before.story, entry]), updatedAt: entry.at };
      const names = Object.keys(values).filter((name) => values[name as keyof typeof values] !== undefined);
      const gone = OPTIONAL.filter((name) => letter[name] === undefined);
      const set = names.map((name) => `#${name} = :${name}`).join(', ');
      const remove = gone.length > 0 ? ` REMOVE ${gone.map((name) => `#${name}`).join(', ')}` : '';
      const update = {
        TableName,
        Key: { id },
        UpdateExpression: `SET ${set}${remove}`,
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: Object.fromEntries([...names, ...gone].map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(names.map((name) => [`:${name}`, values[name as keyof typeof values]])),
          ':before': before.version,
        },
      };
      const what = `${TableName} of dead letter ${id}`;
      const asked = auditOfLetter(letter, entry);
      const together = [
        ...(asked ? [{ Put: auditPut(tables.audit, asked) }] : []),
        ...counterRows(tables.letters, { id, before, after: letter }),
      ];
      const refused =
        together.length > 0
          ? await writeTogether(db, [{ Update: update }, ...together], what)
          : await reach(`writing ${what}`, async () => void (await db.send(new UpdateCommand(update))));
      // as the update alone: whoever was quicker is an attempt of the same change, and it is looked for again
      if (refused) throw new StepError('SERVICE_UNAVAILABLE', `writing ${what}: it changed meanwhile`);
    },
  };

  async function readStanding(id: string): Promise<Standing> {
    const command = new GetCommand({
      TableName,
      Key: { id },
      ConsistentRead: true,
      ProjectionExpression: STANDING.map((name) => `#${name}`).join(', '),
      ExpressionAttributeNames: Object.fromEntries(STANDING.map((name) => [`#${name}`, name])),
    });
    const { Item } = await reach(`reading ${TableName}`, () => db.send(command));
    if (!Item?.['class']) throw new StepError('REQUEST_REFUSED', `the record of dead letter ${id} is gone`);
    return Item as Standing;
  }
}
