import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { connectToEmulator } from '../support/contracts/emulator';
import { createMemoryJournal } from '../support/memory/journal';
import { createSandboxJournal } from '../../src/adapters/aws/sandbox-journal';
import { describeSandboxCarriers } from '../support/contracts/carriers';
import { describeSandboxJournal } from '../support/contracts/sandbox-journal';
import { describeSandboxPayments } from '../support/contracts/payments';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

const onDynamo = () => createSandboxJournal({ db: emulator.db, table: emulator.config.SANDBOX_JOURNAL_TABLE });

// a table of its own: the companies' switches are for everybody who uses one
const ownTable = uniqueId('SandboxJournal');
beforeAll(async () => {
  const AttributeDefinitions = ['id', 'entry'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
  const KeySchema = [
    { AttributeName: 'id', KeyType: 'HASH' as const },
    { AttributeName: 'entry', KeyType: 'RANGE' as const },
  ];
  const table = { TableName: ownTable, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' as const };
  await emulator.db.send(new CreateTableCommand(table));
});
describeSandboxJournal('DynamoDB', () => createSandboxJournal({ db: emulator.db, table: ownTable }));
describeSandboxPayments('DynamoDB', { createJournal: onDynamo, timeoutMs: 3000 });
describeSandboxCarriers('DynamoDB', { createJournal: onDynamo, timeoutMs: 3000 });

describeSandboxJournal('the memory', createMemoryJournal);
describeSandboxPayments('the memory', { createJournal: createMemoryJournal, timeoutMs: 50 });
describeSandboxCarriers('the memory', { createJournal: createMemoryJournal, timeoutMs: 50 });
