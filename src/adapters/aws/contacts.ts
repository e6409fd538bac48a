import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Contact, ContactReader } from '../../messaging/ports';
import type { ContactBook } from '../../gateway/ports';
import { reach } from './errors';

/** Where customers can be reached, in a table of their own. */
export function createContacts(p: { db: DynamoDBDocumentClient; table: string }): ContactReader & ContactBook {
  const { db, table: TableName } = p;
  return {
    async readContact(customerId) {
      const command = new GetCommand({ TableName, Key: { customerId }, ConsistentRead: true });
      const { Item } = await reach(`reading ${TableName}`, () => db.send(command));
      return Item as Contact | undefined;
    },
    async writeContact(contact) {
      await reach(`writing ${TableName}`, () => db.send(new PutCommand({ TableName, Item: contact })));
    },
  };
}
