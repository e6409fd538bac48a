import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

/** A call to AWS as it goes over the wire. */
export interface WireCall {
  /** such as PutEvents */
  operation: string;
  body: Record<string, unknown>;
  /** Has the emulator answer; another body may be sent on than came. */
  forward(body?: Record<string, unknown>): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** What is answered; `undefined`: nothing, ever. */
export type WireAnswer = { status: number; body: Record<string, unknown> } | undefined;

/** A way to the emulator on which some calls are answered otherwise, or never. */
export interface AwsProxy {
  url: string;
  /** the calls of an operation that came, in their order */
  callsOf(operation: string): Record<string, unknown>[];
  /** What becomes of the calls of an operation from here on. */
  on(operation: string, answer: (call: WireCall) => Promise<WireAnswer>): void;
  /** The usual again. */
  off(operation: string): void;
  close(): Promise<void>;
}

/** As AWS says that there were too many calls. */
export const throttled: WireAnswer = {
  status: 400,
  body: { __type: 'ThrottlingException', message: 'Rate exceeded' },
};

export async function createAwsProxy(target: string): Promise<AwsProxy> {
  const answers = new Map<string, (call: WireCall) => Promise<WireAnswer>>();
  const calls: { operation: string; body: Record<string, unknown> }[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>;
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    calls.push({ operation, body });
    const forward = async (changed = body) => {
      const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers;
      const answer = await fetch(`${target}${request.url ?? '/'}`, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body: JSON.stringify(changed),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const answer = await (answers.get(operation) ?? ((call) => call.forward()))({ operation, body, forward });
    if (!answer) return;
    response.writeHead(answer.status, { 'content-type': String(request.headers['content-type']) });
    response.end(JSON.stringify(answer.body));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    callsOf: (operation) => calls.filter((call) => call.operation === operation).map(({ body }) => body),
    on: (operation, answer) => void answers.set(operation, answer),
    off: (operation) => void answers.delete(operation),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
