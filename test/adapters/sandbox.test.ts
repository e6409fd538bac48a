import { connectToEmulator } from '../support/contracts/emulator';
import { createMemoryJournal } from '../support/memory/journal';
import { createSandboxJournal } from '../../src/adapters/aws/sandbox-journal';
import { describeSandboxCarriers } from '../support/contracts/carriers';
import { describeSandboxJournal } from '../support/contracts/sandbox-journal';
import { describeSandboxPayments } from '../support/contracts/payments';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

const onDynamo = () => createSandboxJournal({ db: emulator.db, table: emulator.config.SANDBOX_JOURNAL_TABLE });

describeSandboxJournal('DynamoDB', onDynamo);
describeSandboxPayments('DynamoDB', { createJournal: onDynamo, timeoutMs: 1000 });
describeSandboxCarriers('DynamoDB', { createJournal: onDynamo, timeoutMs: 1000 });

describeSandboxJournal('the memory', createMemoryJournal);
describeSandboxPayments('the memory', { createJournal: createMemoryJournal, timeoutMs: 50 });
describeSandboxCarriers('the memory', { createJournal: createMemoryJournal, timeoutMs: 50 });
