import { DescribeReplayCommand } from '@aws-sdk/client-eventbridge';
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { ReplayRequest } from '../../src/domain/replay';
import { connectToEmulator, type Emulator, withUnreachableAws } from '../support/contracts/emulator';
import { createEventArchive } from '../../src/adapters/aws/event-archive';
import { createReplayLog } from '../../src/adapters/aws/replay-log';
import { eventually } from '../support/contracts/condition';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

const logOn = ({ db, config }: Emulator) => createReplayLog({ db, table: config.INBOX_TABLE });
const archiveOn = ({ events, sqs, config }: Emulator, changes: { archiveArn?: string; queueUrl?: string } = {}) =>
  createEventArchive({
    events,
    sqs,
    archiveArn: config.EVENT_ARCHIVE_ARN,
    ruleArn: config.REPLAY_RULE_ARN,
    busName: config.EVENT_BUS_NAME,
    queueUrl: config.REPLAY_QUEUE_URL,
    ...changes,
  });

const log = logOn(emulator);
const archive = archiveOn(emulator);

const newRequest = (): ReplayRequest => ({
  name: `failed-orders-replay-${uniqueId()}`,
  // nothing of the other tests
  from: '2025-07-09T00:00:00.500Z',
  to: '2025-07-09T00:00:01.000Z',
  failedOnly: true,
  destination: 'SANDBOX',
  by: 'test',
});

describe('what is written of replays', () => {
  test('a name is written once, and is known again', async () => {
    const request = newRequest();
    expect(await log.read(request.name)).toBeUndefined();
    const opened = await log.open(request);
    expect(opened).toMatchObject({ ...request, state: 'STARTING', counts: { seen: 0 } });
    expect(await log.open({ ...request })).toEqual(opened);
    expect(await log.open({ ...request, failedOnly: false })).toBe('name-used');
    expect(await log.read(request.name)).toEqual(opened);
  });

  test('how it stands changes until it is over', async () => {
    const { name } = await log.open(newRequest()).then((row) => (row === 'name-used' ? newRequest() : row));
    await log.note(name, { state: 'RUNNING', lastReplayedAt: '2025-07-09T00:00:00.000Z' });
    await log.note(name, { state: 'CANCELLED', endedAt: '2025-07-09T00:00:02.000Z', cancelledBy: 'x' });
    await log.note(name, { state: 'RUNNING' });
    await log.note(name, {});
    expect(await log.read(name)).toMatchObject({ state: 'CANCELLED', cancelledBy: 'x' });
    // nothing is written of what was never begun
    await log.note('failed-orders-replay-none', { state: 'RUNNING' });
    expect(await log.read('failed-orders-replay-none')).toBeUndefined();
  });

  test('of 40 events that many count at once, three times each, each is counted once', async () => {
    const { name } = newRequest();
    await log.open({ ...newRequest(), name });
    const ids = Array.from({ length: 40 }, (_, i) => `event-${i}`);
    const all = [...ids, ...ids, ...ids].map((eventId) => {
      const fate = Number(eventId.slice(6)) % 4 === 0 ? ('SKIPPED' as const) : ('FORWARDED' as const);
      return log.count({ name, eventId, fate });
    });
    await Promise.all(all);
    expect((await log.read(name))?.counts).toEqual({ seen: 40, selected: 30, forwarded: 30, skipped: 10, refused: 0 });
  });
});

describe('the archive', () => {
  test('starts a replay once, narrowed to the rule that replays go by, from the beginning of its second', async () => {
    const request = newRequest();
    await archive.start(request);
    await archive.start(request);
    const { name: ReplayName } = request;
    const found = await emulator.events.send(new DescribeReplayCommand({ ReplayName }));
    expect(found.Destination?.FilterArns).toEqual([emulator.config.REPLAY_RULE_ARN]);
    expect(found.Destination?.Arn).toMatch(new RegExp(`:event-bus/${emulator.config.EVENT_BUS_NAME}$`));
    expect(found.EventStartTime).toEqual(new Date('2025-07-09T00:00:00Z'));
    await eventually(
      () => archive.look(ReplayName),
      (look) => look?.state === 'COMPLETED',
    );
  });

  test('has one replay of a name', async () => {
    const request = newRequest();
    await archive.start(request);
    const other = archive.start({ ...request, to: '2025-07-09T00:00:09.000Z' });
    await expect(other).rejects.toMatchObject({ type: 'REQUEST_REFUSED' });
  });

  test('that is not there can never be replayed', async () => {
    const gone = archiveOn(emulator, { archiveArn: `${emulator.config.EVENT_ARCHIVE_ARN}-gone` });
    await expect(gone.start(newRequest())).rejects.toMatchObject({ type: 'REQUEST_REFUSED' });
  });

  test('knows nothing of what it did not start; to cancel that, or what is over, is no error', async () => {
    const request = newRequest();
    expect(await archive.look(request.name)).toBeUndefined();
    await archive.cancel(request.name);
    await archive.start(request);
    await eventually(
      () => archive.look(request.name),
      (look) => look?.state === 'COMPLETED',
    );
    await archive.cancel(request.name);
  });

  test('counts what waits for the forwarder', async () => {
    const QueueUrl = emulator.config.REPLAY_QUEUE_URL;
    const before = await archive.backlog();
    await emulator.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    expect(await archive.backlog()).toBe(before + 1);
    await emulator.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  });
});

test('without AWS every call says so, and may be tried again', async () => {
  await withUnreachableAws(async (aws, endpoint) => {
    const [unreachable, away] = [logOn(aws), archiveOn(aws, { queueUrl: `${endpoint}/000000000000/replay-queue` })];
    const { name } = newRequest();
    const calls = [
      unreachable.open(newRequest()),
      unreachable.read(name),
      unreachable.note(name, { state: 'RUNNING' }),
      unreachable.count({ name, eventId: 'e', fate: 'SKIPPED' }),
      away.start(newRequest()),
      away.look(name),
      away.cancel(name),
      away.backlog(),
    ];
    for (const settled of await Promise.allSettled(calls))
      expect(settled).toMatchObject({ status: 'rejected', reason: { type: 'SERVICE_UNAVAILABLE' } });
  });
});
