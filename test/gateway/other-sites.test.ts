import { closeGateways, createGateway, expectProblem, ORDER_ID, post, SAMPLE } from './support';

afterEach(closeGateways);

const host = 'localhost:3000';
const cancel = { method: 'POST' as const, url: `/orders/${ORDER_ID}/cancel` };
const reset = { method: 'POST' as const, url: '/breakers/payment/reset' };

/** A gateway, and what was changed in it. */
function watched() {
  const changed: string[] = [];
  const gateway = createGateway({
    orders: { cancel: async () => (changed.push('cancelled'), { kind: 'unknown' }) },
    breakers: { reset: async () => (changed.push('reset'), '2025-07-09T10:30:00.000Z') },
  });
  return { ...gateway, changed };
}

test.each<[string, Record<string, string>]>([
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port of the same machine', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:8080' }],
  ['another site, in an older browser', { origin: 'https://shop.example.com' }],
  ['the same machine, in an older browser', { origin: 'http://localhost:8080' }],
  ['a sandboxed frame', { origin: 'null' }],
])('a change for a page of %s is refused, although it needs no body', async (_name, headers) => {
  const { inject, changed, placements } = watched();
  const asForms = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const change of [cancel, reset])
    for (const sent of [{}, asForms])
      expectProblem(await inject({ ...change, headers: { ...sent, ...headers, host } }), 'other_site');
  expectProblem(await inject(post(SAMPLE, { ...headers, host })), 'other_site');
  expectProblem(await inject({ method: 'DELETE', url: '/sandbox/load', headers: { ...headers, host } }), 'other_site');
  expect([changed, placements]).toEqual([[], []]);
});

test.each<[string, Record<string, string>]>([
  ['a program', {}],
  ["the gateway's own page", { 'sec-fetch-site': 'same-origin', origin: `http://${host}` }],
  ["the gateway's own page, in an older browser", { origin: `http://${host}` }],
  ['what was typed or is a bookmark', { 'sec-fetch-site': 'none' }],
])('a change of %s is taken', async (_name, headers) => {
  const { inject, changed } = watched();
  expect((await inject({ ...reset, headers: { ...headers, host } })).statusCode).toBe(202);
  expect(changed).toEqual(['reset']);
});

test('a page of another site may link to what is read', async () => {
  const { inject } = watched();
  expect((await inject({ url: '/breakers', headers: { 'sec-fetch-site': 'cross-site', host } })).statusCode).not.toBe(
    403,
  );
});
