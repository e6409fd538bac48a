import { connectToEmulator } from '../support/contracts/emulator';
import { closeGateways, createGateway, expectProblem } from './support';
import { createContacts } from '../../src/adapters/aws/contacts';
import { MAX_TEXT } from '../../src/domain/order';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());
afterEach(closeGateways);

const unavailable = () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled'));
const contacts = createContacts({ db: emulator.db, table: emulator.config.CUSTOMER_CONTACTS_TABLE });
const pathOf = (customerId: string) => `/customers/${encodeURIComponent(customerId)}/contact`;
const put = (customerId: string, payload: object) => ({ method: 'PUT' as const, url: pathOf(customerId), payload });

const FULL = {
  email: 'customer@example.com',
  phone: '+821012345678',
  pushEndpoint: 'arn:aws:sns:us-east-1:123456789012:endpoint/GCM/shop/5e3e9847-3183-3f18-a7e8-671c3a57d4b3',
  channels: ['EMAIL', 'PUSH'],
};

test.each([['CUST-567890'], ['a/b "c" 7'], ['x'.repeat(MAX_TEXT)]])(
  'what is said of %j is kept and shown, and replaced by what is said later',
  async (name) => {
    const customerId = `${uniqueId('')}${name}`.slice(0, MAX_TEXT);
    const { inject } = createGateway({ contacts });
    expectProblem(await inject({ url: pathOf(customerId) }), 'contact_not_found');
    const written = await inject(put(customerId, FULL));
    expect([written.statusCode, written.json()]).toEqual([200, { customerId, ...FULL }]);
    const read = await inject({ url: pathOf(customerId) });
    expect([read.statusCode, read.json()]).toEqual([200, { customerId, ...FULL }]);
    await inject(put(customerId, { phone: '+12025550123' }));
    expect(await contacts.readContact(customerId)).toEqual({ customerId, phone: '+12025550123' });
  },
);

test.each<[string, object, string]>([
  ['an e-mail address that is none', { email: 'nobody' }, '/email'],
  ['a number without its country', { phone: '010-1234-5678' }, '/phone'],
  ['a topic instead of an endpoint', { pushEndpoint: 'arn:aws:sns:us-east-1:123456789012:orders' }, '/pushEndpoint'],
  ['a channel that there is none of', { channels: ['FAX'] }, '/channels/0'],
  ['a channel twice', { channels: ['SMS', 'SMS'] }, '/channels'],
  ['a member that there is none of', { mail: 'customer@example.com' }, '/mail'],
])('%s is refused, and nothing is kept', async (_, payload, pointer) => {
  const writeContact = jest.fn(async () => {});
  const problem = expectProblem(
    await createGateway({ contacts: { writeContact } }).inject(put('CUST-1', payload)),
    'invalid_body',
  );
  expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  expect(writeContact).not.toHaveBeenCalled();
});

test.each(['', 'x'.repeat(MAX_TEXT + 1), 'a\nb'])('a customer that no order can have (%j): 404', async (customerId) => {
  const writeContact = jest.fn(async () => {});
  const { inject } = createGateway({ contacts: { writeContact } });
  expectProblem(await inject(put(customerId, FULL)), 'contact_not_found');
  expectProblem(await inject({ url: pathOf(customerId) }), 'contact_not_found');
  expect(writeContact).not.toHaveBeenCalled();
});

test('without the table: 503', async () => {
  const { inject } = createGateway({ contacts: { readContact: unavailable, writeContact: unavailable } });
  expectProblem(await inject({ url: pathOf('CUST-1') }), 'service_unavailable');
  expectProblem(await inject(put('CUST-1', FULL)), 'service_unavailable');
});
