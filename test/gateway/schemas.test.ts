import { asyncApiDocument } from '../../src/contracts/asyncapi';
import { closeGateways, createGateway, expectProblem } from './support';
import { PROMISES } from '../../src/contracts/catalogue';

afterEach(closeGateways);

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('GET /asyncapi.json is the document, as what it is', async () => {
  const answer = await createGateway().inject({ url: '/asyncapi.json' });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/vnd.aai.asyncapi+json; version="3.0.0"; charset=utf-8');
  expect(answer.json()).toEqual(plain(asyncApiDocument()));
});

test('GET /schemas/{name} is the schema of each event', async () => {
  const { inject } = createGateway();
  for (const { name, schema } of PROMISES) {
    const answer = await inject({ url: `/schemas/${name}` });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/schema+json; charset=utf-8');
    expect(answer.json()).toEqual(plain(schema));
  }
});

test.each(['published.order-created.v9', 'order-created', '__proto__', '%00'])(
  'there is none called %s',
  async (name) => {
    expectProblem(await createGateway().inject({ url: `/schemas/${name}` }), 'schema_not_found');
  },
);
