import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { LOOPBACK } from '../lib/ports';
import { type ReceivedSpan, readSpans } from './otlp';

export interface Receiver {
  /** for `OTEL_EXPORTER_OTLP_ENDPOINT` */
  url: string;
  close(): Promise<void>;
}

/**
 * Takes traces by OTLP over HTTP, protobuf or JSON, on loopback; whatever else is sent there is taken and forgotten.
 *
 * @param p.port 0: any free one
 * @throws the server's error when the port is taken
 */
export async function startReceiver(p: {
  port: number;
  onSpans(spans: ReceivedSpan[]): void | Promise<void>;
}): Promise<Receiver> {
  const server = createServer((request, response) => {
    const take = async () => {
      const body = await bodyOf(request);
      if (request.url === '/v1/traces') await p.onSpans(readSpans(body, request.headers['content-type']));
      response.writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/json' }).end();
    };
    take().catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(p.port, LOOPBACK, listening);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : p.port;
  return {
    url: `http://${LOOPBACK}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
