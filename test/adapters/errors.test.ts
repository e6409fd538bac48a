import { failedCall, isRefusal, reach } from '../../src/adapters/aws/errors';
import { StepError } from '../../src/domain/failures';

const awsError = (name: string) => Object.assign(new Error('no'), { name });

test.each([
  'ValidationException',
  'InvalidMessageContents',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'ParameterValueInvalid',
])('%s will never be taken: REQUEST_REFUSED', (name) => {
  const cause = awsError(name);
  expect(isRefusal(cause)).toBe(true);
  expect(failedCall('writing', cause)).toMatchObject({
    type: 'REQUEST_REFUSED',
    message: `writing: ${name}: no`,
    cause,
  });
});

test.each([
  ['a time-out', awsError('TimeoutError')],
  ['a throttle', awsError('ThrottlingException')],
  ['an error of theirs', awsError('InternalServerError')],
  ['missing rights', awsError('AccessDeniedException')],
  ['a missing table', awsError('ResourceNotFoundException')],
  ['expired credentials', awsError('ExpiredTokenException')],
  ['a text', '3 keys throttled'],
  ['a text of that name', 'ValidationException'],
  ['nothing', undefined],
])('%s may pass: SERVICE_UNAVAILABLE', (_, cause) => {
  expect(isRefusal(cause)).toBe(false);
  expect(failedCall('reading', cause)).toMatchObject({ type: 'SERVICE_UNAVAILABLE', cause });
});

describe('reach', () => {
  test('lets an answer and a failure of ours through', async () => {
    const failure = new StepError('VIEW_OUT_OF_STEP', 'x');
    expect(await reach('reading', async () => 7)).toBe(7);
    await expect(reach('reading', () => Promise.reject(failure))).rejects.toBe(failure);
  });

  test('translates what AWS threw', async () => {
    const call = (name: string) => reach('sending', () => Promise.reject(awsError(name)));
    await expect(call('InvalidMessageContents')).rejects.toMatchObject({ type: 'REQUEST_REFUSED' });
    await expect(call('SocketError')).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
  });
});
