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
    scopeMetrics: { metrics: { name: string; gauge?: object }[] }[];
  }[];
}

/** Who takes metrics by OTLP over HTTP, as JSON; what else is sent is taken and forgotten. */
export interface OtlpReceiver {
  endpoint: string;
  /** the names that a service has sent */
  namesOf(service: string): Set<string>;
  /** what tells one process of a service from another */
  instancesOf(service: string): Set<string>;
  /** of what was sent, those that are set and not added up */
  gauges: Set<string>;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const names = new Map<string, Set<string>>();
  const instances = new Map<string, Set<string>>();
  const gauges = new Set<string>();

  function take({ resourceMetrics }: MetricsRequest): void {
    for (const { resource, scopeMetrics } of resourceMetrics) {
      const attribute = (named: string) =>
        resource.attributes.find(({ key }) => key === named)?.value.stringValue ?? '';
      const service = attribute('service.name');
      const known = names.get(service) ?? new Set();
      for (const { name, gauge } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
        known.add(name);
        if (gauge) gauges.add(name);
      }
      names.set(service, known);
      instances.set(service, (instances.get(service) ?? new Set()).add(attribute('service.instance.id')));
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
    instancesOf: (service) => instances.get(service) ?? new Set(),
    gauges,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
