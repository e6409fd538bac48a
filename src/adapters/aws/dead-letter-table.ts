import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DeadLetterBook } from '../../activities/dead-letter-ports';
import type { DeadLetterRegister } from '../../messaging/dead-letter-ports';
import type { DeadLetterBoard } from '../../gateway/dead-letter-ports';
import { auditOfLetter } from '../../domain/audit';
import { auditPut } from './audit-trail';
import { capped, type DeadLetter, type DeadLetterStanding } from '../../domain/dead-letters';
import { createDeadLetterList } from './dead-letter-list';
import { reach } from './errors';
import { StepError } from '../../domain/failures';
import { writeTogether } from './write-together';

/** What a record may have, and not always has. */
const OPTIONAL = ['errorType', 'reason', 'dueAt', 'run'] as const satisfies (keyof DeadLetterStanding)[];

/** The records of dead letters: created by who finds them, and then written by their workflows alone. */
export function createDeadLetterTable(p: {
  db: DynamoDBDocumentClient;
  tables: { letters: string; audit: string };
}): DeadLetterBook & DeadLetterRegister & DeadLetterBoard {
  const { db, tables } = p;
  const TableName = tables.letters;
  const lists = createDeadLetterList({ db, table: TableName });

  async function read(id: string): Promise<DeadLetter | undefined> {
    const command = new GetCommand({ TableName, Key: { id }, ConsistentRead: true });
    return (await reach(`reading ${TableName}`, () => db.send(command))).Item as DeadLetter | undefined;
  }

  return {
    read,
    list: lists.list,
    listRedrivable: lists.listRedrivable,

    create: (letter) =>
      reach(`writing ${TableName}`, async () => {
        try {
          await db.send(
            new PutCommand({
              TableName,
              Item: letter,
              ConditionExpression: 'attribute_not_exists(id)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          );
          return undefined;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          const runId = error.Item?.['run']?.M?.['runId']?.S;
          return { arrivals: Number(error.Item?.['arrivals']?.N ?? 0), ...(runId !== undefined && { runId }) };
        }
      }),

    async save({ letter, entry }) {
      const before = await readStory(letter.id);
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
      const refused = asked
        ? await writeTogether(db, [{ Update: update }, { Put: auditPut(tables.audit, asked) }], what)
        : await reach(`writing ${what}`, async () => void (await db.send(new UpdateCommand(update))));
      // as the update alone: whoever was quicker is an attempt of the same change, and it is looked for again
      if (refused) throw new StepError('SERVICE_UNAVAILABLE', `writing ${what}: it changed meanwhile`);
    },
  };

  async function readStory(id: string): Promise<Pick<DeadLetter, 'version' | 'story'>> {
    const command = new GetCommand({
      TableName,
      Key: { id },
      ConsistentRead: true,
      ProjectionExpression: '#version, #story',
      ExpressionAttributeNames: { '#version': 'version', '#story': 'story' },
    });
    const { Item } = await reach(`reading ${TableName}`, () => db.send(command));
    if (!Item) throw new StepError('REQUEST_REFUSED', `the record of dead letter ${id} is gone`);
    return Item as Pick<DeadLetter, 'version' | 'story'>;
  }
}
