import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createAwsClients } from '../../src/adapters/aws/clients';
import { createMetrics } from '../../src/metrics';
import { outcomeOf } from '../../src/adapters/aws/measure-calls';

const failure = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
const cancelled = (...codes: string[]) =>
  failure('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

test.each([
  ['throttled', failure('ThrottlingException')],
  ['throttled', failure('ProvisionedThroughputExceededException')],
  ['throttled', failure('RequestLimitExceeded')],
  ['throttled', failure('Unnamed', { $metadata: { httpStatusCode: 429 } })],
  ['throttled', cancelled('None', 'ThrottlingError')],
  ['condition', failure('ConditionalCheckFailedException')],
  ['condition', cancelled('None', 'ConditionalCheckFailed')],
  ['condition', cancelled('TransactionConflict')],
  ['refused', failure('ValidationException')],
  ['refused', cancelled('ValidationError')],
  ['failed', failure('TimeoutError')],
  ['failed', failure('AccessDeniedException', { $metadata: { httpStatusCode: 400 } })],
  ['failed', 'no error at all'],
] as const)('counts as %s: %j', (outcome, error) => {
  expect(outcomeOf(error)).toBe(outcome);
});

test('a client counts its attempts, by what came of them', async () => {
  const metrics = createMetrics();
  const aws = createAwsClients({ metrics });
  const Key = { orderId: { S: 'nobody' } };
  await aws.db.send(new GetItemCommand({ TableName: process.env['ORDERS_TABLE'], Key }));
  await expect(aws.db.send(new GetItemCommand({ TableName: 'nowhere', Key }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  aws.destroy();
  const text = await metrics.text();
  const count = (outcome: string) =>
    `waybill_aws_call_seconds_count{service="DynamoDB",operation="GetItem",outcome="${outcome}"} 1\n`;
  expect(text).toContain(count('ok'));
  expect(text).toContain(count('failed'));
});
