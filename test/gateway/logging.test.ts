import { Writable } from 'node:stream';
import pino from 'pino';
import type { GatewayDeps } from '../../src/gateway/ports';
import { buildApp } from '../../src/gateway/app';
import { createDeps, post, SAMPLE } from './support';

async function logOf(place: GatewayDeps['orders']['place'] | undefined): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
  const app = buildApp(createDeps(place ? { place } : {}), { logger: pino({}, stream) });
  await app.inject(post({ ...SAMPLE, items: 'not a list' }));
  await app.inject(post(SAMPLE, { 'x-request-id': 'trace-1' }));
  await app.inject({ url: '/orders?customerId=CUST-567890' });
  await app.inject({ url: '/customers/CUST-567890/contact' });
  await app.inject({ url: '/reports/customers/CUST-567890' });
  await app.inject({ method: 'PUT', url: '/customers/CUST-567890/contact', payload: { email: 'nobody' } });
  await app.inject({ url: '/livez' });
  await app.close();
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('names requests by id and path, and holds nothing of customers', async () => {
  const log = await logOf(undefined);
  expect(log).toContainEqual(expect.objectContaining({ reqId: 'trace-1', req: { method: 'POST', path: '/orders' } }));
  expect(log).toContainEqual(expect.objectContaining({ code: 'invalid_body', msg: 'request refused' }));
  const text = JSON.stringify(log);
  for (const personal of ['CUST-567890', 'Main St', 'nobody', '127.0.0.1', 'livez'])
    expect(text).not.toContain(personal);
});

test('has the cause of what failed', async () => {
  const log = await logOf(() => Promise.reject(new TypeError('a defect')));
  const err = expect.objectContaining({ message: 'a defect', stack: expect.any(String) as string }) as unknown;
  expect(log).toContainEqual(expect.objectContaining({ level: 50, reqId: 'trace-1', code: 'internal_error', err }));
});
