import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createShop } from '../../../scripts/demo/shop';
import { lastEvent, shownOrder } from './support';

/** What a gateway answers to a method and path: a status and a body, or nothing at all, or by breaking off. */
export type Answers = (request: string) => { status?: number; body: unknown } | 'silence' | 'break off';

/** A gateway that fails as it is told to, which the real one does not. */
export async function failingGateway(answers: Answers) {
  const listener: RequestListener = (request, response) => {
    const answer = answers(`${request.method} ${request.url}`);
    if (answer === 'break off') request.socket.destroy();
    else if (answer !== 'silence') response.writeHead(answer.status ?? 200).end(textOf(answer.body));
  };
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    shop: createShop({ url, timeoutMs: 300 }),
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

/** A shop without traffic, where an order ends at once as it is told to. */
export const quietShop =
  (status: 'SHIPPED' | 'RECEIVED'): Answers =>
  (request) => {
    if (request.startsWith('POST')) return { status: 202, body: {} };
    if (request.includes('/inventory/')) return { body: { availableQuantity: 9, reservedQuantity: 0 } };
    if (request.startsWith('GET /orders?')) return { body: { orders: [] } };
    if (request.endsWith('/events')) return { body: { events: [lastEvent] } };
    if (request.includes('/journal')) return { body: { entries: [] } };
    return { body: shownOrder({ status }) };
  };
