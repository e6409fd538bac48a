import { createShop } from '../../../scripts/demo/shop';
import { Trouble } from '../../../scripts/bootstrap/trouble.cjs';
import { freePort } from '../../../scripts/lib/ports';
import { type Answers, failingGateway } from './gateway';

const stockOf = async (answer: ReturnType<Answers>) => {
  const { shop, url, close } = await failingGateway(() => answer);
  const said = await shop.stock('A').catch((error: unknown) => error);
  await close();
  return { said, url };
};

const problem = { title: 'The server is shutting down', detail: 'it takes no more' };

test.each<[string, ReturnType<Answers>, (url: string) => string]>([
  ['breaks off', 'break off', (url) => `Nothing answers at ${url} any more; orders that have not ended go on when`],
  ['is silent', 'silence', (url) => `${url} did not answer GET /inventory/A within 0.3 s.`],
  [
    'has a problem',
    { status: 503, body: problem },
    (url) => `${url} answered GET /inventory/A with 503: The server is shutting down: it takes no more.`,
  ],
  ['has no words', { status: 500, body: 'oops' }, (url) => `${url} answered GET /inventory/A with 500.`],
  ['is another server', { body: '<html>' }, (url) => `${url} answered GET /inventory/A with what is not JSON`],
])('a gateway that %s is told in one sentence', async (_, answer, sentence) => {
  const { said, url } = await stockOf(answer);
  expect(said).toBeInstanceOf(Trouble);
  expect((said as Error).message).toContain(sentence(url));
});

test('what is not there is no trouble', async () => {
  expect((await stockOf({ status: 404, body: problem })).said).toBeUndefined();
});

test('an order that cannot be taken is trouble, one that is refused is an answer', async () => {
  const statuses = [422, 503];
  const { shop, url, close } = await failingGateway(() => ({ status: statuses.shift() ?? 0, body: problem }));
  expect(await shop.place({})).toBe(422);
  await expect(shop.place({})).rejects.toThrow(`${url} answered POST /orders with 503: The server is shutting down`);
  await close();
});

test('a gateway that is not ready says why', async () => {
  const detail = 'down: engine';
  const { shop, close } = await failingGateway(() => ({ status: 503, body: { title: 'A service is down', detail } }));
  expect(await shop.unready()).toBe('503: A service is down: down: engine');
  await close();
});

test('nobody waits for an answer that nobody wants any more', async () => {
  const { url, close } = await failingGateway(() => 'silence');
  const asked = createShop({ url, signal: AbortSignal.abort() }).stock('A');
  await expect(asked).rejects.toThrow('Nothing answers');
  await close();
});

test('nothing listens there', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  await expect(createShop({ url }).stock('A')).rejects.toThrow(`Nothing answers at ${url} any more`);
});
