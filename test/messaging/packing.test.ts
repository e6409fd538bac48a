import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { noLetters } from '../support/letters';
import type { OrderId } from '../../src/domain/ids';
import type { PackingOrder, WarehouseDesk } from '../../src/messaging/warehouse-ports';
import type { QueueReader } from '../../src/messaging/queue-reader';
import type { SandboxJournal } from '../../src/adapters/sandbox/journal';
import { connectToEmulator } from '../support/contracts/emulator';
import { createBreaker } from '../../src/adapters/breaker/breaker';
import { createLogger } from '../../src/telemetry';
import { createMemoryJournal } from '../support/memory/journal';
import { createMessenger } from '../../src/adapters/aws/messenger';
import { createOwnTable } from '../support/own-table';
import { createPackingReader } from '../../src/messaging/packing';
import { createSandboxJournal } from '../../src/adapters/aws/sandbox-journal';
import { createSandboxWarehouse } from '../../src/adapters/sandbox/warehouse';
import { eventually, gate } from '../support/contracts/condition';
import { keys } from '../../src/domain/ids';
import { parsePacking } from '../../src/messaging/packing-message';
import { sampleShipment } from '../support/contracts/events';
import { uniqueId } from '../support/orders';
import { withBreaker } from '../../src/adapters/breaker/with-breaker';

const emulator = connectToEmulator();
const { sqs, sns, db } = emulator;
const logger = createLogger({ name: 'test', level: 'silent' });
let onDynamo: SandboxJournal;
// the companies' switches are for everybody who uses a table
beforeAll(async () => {
  onDynamo = createSandboxJournal({
    db,
    table: await createOwnTable(db, { name: 'SandboxJournal', key: ['id', 'entry'] }),
  });
});
afterAll(() => emulator.destroy());

const shippingAddress = { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' };

function instructionOf(orderId: OrderId, version = 1): PackingOrder {
  const { shipmentId, warehouseId, lines: items } = sampleShipment(orderId);
  const key = keys.packing(shipmentId, version);
  return { key, orderId, shipmentId, version, warehouseId, items, shippingAddress };
}

/** As it is in the queue: the version is the key's. */
const messageOf = ({ version: _version, ...message }: PackingOrder): object => message;

describe('a message is parsed once', () => {
  const orderId = 'ORD-2025-001234' as OrderId;

  test.each([1, 2, 17])('version %i of an instruction, as it is sent', (version) => {
    const instruction = instructionOf(orderId, version);
    expect(parsePacking(JSON.stringify(messageOf(instruction)))).toEqual(instruction);
  });

  const wrong = (changes: object) => JSON.stringify({ ...messageOf(instructionOf(orderId)), ...changes });
  const KEY = `/key: expected "packing#${orderId}-S1", or with a version from #2`;
  test.each([
    ['no JSON', '{', 'expected a packing instruction; : Expected object'],
    ['no items', wrong({ items: [] }), 'expected a packing instruction; /items: Expected array length to be greater'],
    ['half a unit', wrong({ items: [{ productId: 'A', quantity: 0.5 }] }), '/items/0/quantity: Expected integer'],
    ['no address', wrong({ shippingAddress: { street: 'Secret St' } }), '/shippingAddress/city: Expected required'],
    ['no order', wrong({ orderId: 'a/b' }), '/orderId: expected an order id, got "a/b"'],
    ["another parcel's key", wrong({ key: 'packing#ORD-1-S1' }), `${KEY}, got "packing#ORD-1-S1"`],
    ['a key of no version', wrong({ key: `packing#${orderId}-S1#x` }), KEY],
    ['a key of the first version', wrong({ key: `packing#${orderId}-S1#1` }), KEY],
    ['a key of version 1.5', wrong({ key: `packing#${orderId}-S1#1.5` }), KEY],
  ])('%s is refused, and says nothing of where it was to go', (_, body, reason) => {
    expect(parsePacking(body)).toEqual({ reason: expect.stringContaining(reason) as string });
    expect(JSON.stringify(parsePacking(body))).not.toContain('Secret');
  });
});

describe.each<[string, () => SandboxJournal]>([
  ['DynamoDB', () => onDynamo],
  ['the memory', createMemoryJournal],
])('the sandbox warehouse on %s', (_, createJournal) => {
  let journal: SandboxJournal;
  let desk: WarehouseDesk;
  let orderId: OrderId;
  beforeEach(() => {
    journal = createJournal();
    desk = createSandboxWarehouse({ journal, timeoutMs: 5000 });
    orderId = uniqueId();
  });
  const told = async () => (await journal.entries(orderId)).map(({ key, outcome }) => `${key} ${outcome}`);
  const { shipmentId } = sampleShipment('X' as OrderId);
  const key = (version?: number) => keys.packing(shipmentId.replace(/^X/, orderId), version);

  test('packs a parcel once, however often it is told to', async () => {
    const order = instructionOf(orderId);
    const answers = await Promise.all([1, 2, 3].map(() => desk.pack(order)));
    expect(answers).toEqual(['TAKEN', 'TAKEN', 'TAKEN']);
    expect((await told()).toSorted()).toEqual([`${key()} replayed`, `${key()} replayed`, `${key()} succeeded`]);
    expect((await journal.entries(orderId))[0]).toMatchObject({ provider: 'warehouse', operation: 'pack' });
  });

  test('a later version takes the place of those before it, each once', async () => {
    for (const version of [1, 2, 2, 4, 4]) expect(await desk.pack(instructionOf(orderId, version))).toBe('TAKEN');
    expect(await told()).toEqual([
      `${key()} succeeded`,
      `${key(2)} succeeded`,
      `${key(2)} replayed`,
      `${key(4)} succeeded`,
      `${key(4)} replayed`,
    ]);
  });

  test('an earlier version that comes later is not packed', async () => {
    expect(await desk.pack(instructionOf(orderId, 2))).toBe('TAKEN');
    expect(await desk.pack(instructionOf(orderId))).toBe('SUPERSEDED');
    expect(await told()).toEqual([`${key(2)} succeeded`, `${key()} superseded`]);
  });

  test('of versions that come at once the last one stands, and none is taken twice', async () => {
    await Promise.all([1, 2, 3, 1, 2, 3].map((version) => desk.pack(instructionOf(orderId, version))));
    const succeeded = (await told()).filter((entry) => entry.endsWith('succeeded'));
    expect(new Set(succeeded).size).toBe(succeeded.length);
    expect(succeeded.at(-1)).toBe(`${key(3)} succeeded`);
    expect(await desk.pack(instructionOf(orderId, 2))).toBe('SUPERSEDED');
  });

  test('switched off it takes nothing', async () => {
    await journal.switchProvider('warehouse', { available: false });
    await expect(desk.pack(instructionOf(orderId))).rejects.toMatchObject({ type: 'PROVIDER_UNAVAILABLE' });
    await journal.switchProvider('warehouse', { available: true });
    expect(await desk.pack(instructionOf(orderId))).toBe('TAKEN');
    expect(await told()).toEqual([`${key()} error`, `${key()} succeeded`]);
  });
});

describe('the queue', () => {
  let queueUrl: string;
  let deadLetterQueueUrl: string;
  let orderId: OrderId;
  const readers: QueueReader[] = [];
  beforeEach(async () => {
    const create = async (name: string) =>
      (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name) }))).QueueUrl!;
    [queueUrl, deadLetterQueueUrl] = [await create('shipping'), await create('shipping-dead')];
    orderId = uniqueId();
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
    await onDynamo.switchProvider('warehouse', { available: true });
    for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });

  function startReader(desk: WarehouseDesk = createSandboxWarehouse({ journal: onDynamo, timeoutMs: 5000 })) {
    const reader = createPackingReader({
      sqs,
      queueUrl,
      deadLetterQueueUrl,
      visibilityS: 3,
      desk,
      letters: noLetters,
      logger,
    });
    readers.push(reader);
    reader.start();
    return reader;
  }
  const send = (message: object | string) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: typeof message === 'string' ? message : JSON.stringify(message),
      }),
    );
  const told = async () => (await onDynamo.entries(orderId)).map(({ outcome }) => outcome);

  test('what the messenger sends is packed', async () => {
    const messenger = createMessenger({
      sns,
      sqs,
      customerNotificationTopicArn: '',
      inventoryAlertTopicArn: '',
      operationsAlertTopicArn: '',
      partialInventoryQueueUrl: '',
      shippingQueueUrl: queueUrl,
    });
    const shipment = sampleShipment(orderId);
    for (const version of [1, 2])
      await messenger.instructPacking({
        key: keys.packing(shipment.shipmentId, version),
        orderId,
        shipment,
        address: shippingAddress,
      });
    startReader();
    await eventually(told, ({ length }) => length === 2);
    expect(await onDynamo.state(`parcel ${shipment.shipmentId}`)).toEqual({ kind: 'PACKING', version: 2 });
  });

  test('a consumer that dies when the warehouse has it leaves it to the next one: packed once', async () => {
    const desk = createSandboxWarehouse({ journal: onDynamo, timeoutMs: 5000 });
    const packed = gate();
    await send(messageOf(instructionOf(orderId)));
    const dying = startReader({
      async pack(order) {
        await desk.pack(order);
        packed.open();
        throw new Error('the process dies here');
      },
    });
    await packed.opened;
    await dying.stop();
    startReader();
    await eventually(told, ({ length }) => length === 2);
    expect(await told()).toEqual(['succeeded', 'replayed']);
  });

  test('a warehouse that is out of order for a while costs nothing: its breaker opens, and the message waits', async () => {
    const breaker = createBreaker({ dependency: 'warehouse', failures: 3, openMs: 500 });
    const opened = gate();
    breaker.onChange(() => opened.open());
    await onDynamo.switchProvider('warehouse', { available: false });
    await send(messageOf(instructionOf(orderId)));
    startReader(withBreaker(createSandboxWarehouse({ journal: onDynamo, timeoutMs: 5000 }), breaker));
    await opened.opened;
    await onDynamo.switchProvider('warehouse', { available: true });
    await eventually(told, (outcomes) => outcomes.includes('succeeded'));
    expect((await told()).filter((outcome) => outcome === 'succeeded')).toHaveLength(1);
    expect((await told()).filter((outcome) => outcome === 'error').length).toBeGreaterThanOrEqual(3);
  });

  test('what is nothing to pack goes to the dead letters with the reason', async () => {
    await send('nonsense');
    startReader();
    const reason = await eventually(
      async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageAttributeNames: ['All'] }),
        );
        return Messages[0]?.MessageAttributes?.['reason']?.StringValue;
      },
      (found) => found !== undefined,
    );
    expect(reason).toContain('expected a packing instruction');
  });
});
