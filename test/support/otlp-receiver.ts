import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

interface Attribute {
  key: string;
  value: { stringValue?: string };
}

interface MetricsRequest {
  resourceMetrics: {
    resource: { attributes: Attribute[] };
    scopeMetrics: { metrics: { name: string }[] }[];
  }[];
}

/** Who takes metrics by OTLP over HTTP, as JSON; what else is sent is taken and forgotten. */
export interface OtlpReceiver {
  endpoint: string;
  /** the names that a service has sent */
  namesOf(service: string): Set<string>;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const names = new Map<string, Set<string>>();

  function take({ resourceMetrics }: MetricsRequest): void {
    for (const { resource, scopeMetrics } of resourceMetrics) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      const known = names.get(service) ?? new Set();
      for (const { metrics } of scopeMetrics) for (const { name } of metrics) known.add(name);
      names.set(service, known);
    }
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/v1/metrics') take(JSON.parse(Buffer.concat(chunks).toString()) as MetricsRequest);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namesOf: (service) => names.get(service) ?? new Set(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
