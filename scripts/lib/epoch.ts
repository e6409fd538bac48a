import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Trouble } from '../bootstrap/trouble.cjs';

/** in the cloud nothing writes this row: there the engine and the tables are kept by others */
const KEY = 'installation#epoch';

/** The epoch that the tables carry; '' when they have none, or do not exist. */
export async function readEpoch(documents: DynamoDBDocumentClient, table: string): Promise<string> {
  try {
    const { Item } = await documents.send(
      new GetCommand({ TableName: table, Key: { key: KEY }, ConsistentRead: true }),
    );
    return typeof Item?.['epoch'] === 'string' ? Item['epoch'] : '';
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return '';
    throw error;
  }
}

/** Marks the tables. */
export async function writeEpoch(documents: DynamoDBDocumentClient, table: string, epoch: string): Promise<void> {
  await documents.send(new PutCommand({ TableName: table, Item: { key: KEY, epoch } }));
}

/**
 * The emulator saves the tables only when it is asked to stop, Temporal's file is always up to date: after an unclean
 * stop the engine remembers orders whose reservations and charges the tables do not know.
 *
 * @throws Trouble when the two are not of the same run
 */
export function assertBelongTogether(p: {
  /** whether the engine has a file */
  engineHasFile: boolean;
  /** what `state.json` says about that file */
  epochs: readonly string[] | undefined;
  /** what the tables carry */
  tables: string;
}): void {
  if (p.engineHasFile ? p.epochs?.includes(p.tables) : p.tables === '') return;
  const what = p.engineHasFile
    ? 'The last stop was unclean: the AWS tables are older than what the Temporal engine remembers'
    : 'The AWS tables are there, and the file of the Temporal engine that moved them is gone';
  throw new Trouble(
    `${what}, so stock and money of its orders would no longer add up. Nothing was changed; \`npm run reset\` starts afresh.`,
  );
}
