import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { activeTraceparent, contextFrom, inSpan, SpanKind } from '../../src/tracing';
import { eventually } from '../support/contracts/condition';
import { freePort } from '../../scripts/lib/ports';
import { receiveTraces, traceHere } from '../support/traced';
import { tracedCalls } from '../../src/client/traced';
import { runScript } from '../support/run-script';

const work = (name = 'work') => inSpan({ name, kind: SpanKind.SERVER }, async () => activeTraceparent());

test('what is traced is sent as protobuf, the last of it when the process stops', async () => {
  const receiver = await receiveTraces();
  const tracing = traceHere({ url: `${receiver.url}/` });
  const traceparent = await work();
  await tracing.stop();
  await receiver.close();
  expect(receiver.spans).toEqual([
    expect.objectContaining({
      name: 'work',
      kind: 'SERVER',
      process: 'waybill-worker',
      traceId: traceparent!.slice(3, 35),
    }),
  ]);
  expect(tracing.log).toEqual([]);
});

test('a failure is told by its name alone', async () => {
  const receiver = await receiveTraces();
  const tracing = traceHere({ url: receiver.url });
  const failing = inSpan({ name: 'work', kind: SpanKind.SERVER }, () => Promise.reject(new TypeError('123 Main St')));
  await expect(failing).rejects.toThrow('123 Main St');
  await tracing.stop();
  await receiver.close();
  expect(receiver.spans[0]).toMatchObject({ error: 'TypeError', attributes: { 'error.type': 'TypeError' } });
  expect(JSON.stringify(receiver.spans)).not.toContain('Main St');
});

test('nor does more go out by the interceptors of Temporal', async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString('latin1'));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tracing = traceHere({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const { signal } = tracedCalls();
  const input = { signalName: 'go', headers: {}, workflowExecution: { workflowId: 'order' } };
  const fail = () => Promise.reject(new TypeError('123 Main St'));
  await expect(
    inSpan({ name: 'work', kind: SpanKind.SERVER }, async () => signal!(input as never, fail as never)),
  ).rejects.toThrow('123 Main St');
  await tracing.stop();
  await new Promise((done) => server.close(done));
  expect(bodies.join()).toContain('SignalWorkflow');
  expect(bodies.join()).toContain('TypeError');
  expect(bodies.join()).not.toContain('Main St');
});

test('a receiver that is down costs nothing: it is logged once, and once that it is back', async () => {
  const port = await freePort();
  const tracing = traceHere({ url: `http://somebody:secret@127.0.0.1:${port}` });
  const said = () => tracing.log.map(({ level, msg }) => [level, msg]);
  await work('lost');
  await eventually(said, ({ length }) => length === 1);
  await work('lost too');
  await delay(2500);
  expect(said()).toEqual([[40, 'traces are lost: nobody takes them']]);
  const receiver = await receiveTraces({ port });
  await work('taken');
  await eventually(said, ({ length }) => length === 2);
  expect(said()[1]).toEqual([30, 'traces are taken again']);
  await tracing.stop();
  await receiver.close();
  expect(receiver.spans.map(({ name }) => name)).toContain('taken');
  expect(JSON.stringify(tracing.log)).not.toContain('secret');
}, 60_000);

test('a receiver that does not answer does not keep a process', async () => {
  const receiver = await receiveTraces({ onSpans: () => new Promise(() => undefined) });
  const tracing = traceHere({ url: receiver.url });
  for (let n = 0; n < 3000; n++) await work();
  const limit = delay(20_000, 'still there', { ref: false });
  expect(await Promise.race([tracing.stop(), limit])).toBeUndefined();
  await receiver.close();
}, 30_000);

test('without a receiver nothing is traced, and nothing of it is loaded', async () => {
  const tracing = traceHere();
  expect(tracing.isOn).toBe(false);
  expect(await work()).toBeUndefined();
  await tracing.stop();
  const loaded = (name: string, url: string) => `
    require('tsx/cjs/api').register();
    const { startTracing } = require('./src/tracing/start.ts');
    require('./src/worker.ts');
    require('./src/gateway/server.ts');
    const config = { OTEL_EXPORTER_OTLP_ENDPOINT: ${url}, OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: 1, TRACE_CONTEXT: 'w3c' };
    startTracing('${name}', config, {});
    const packages = Object.keys(require.cache).flatMap((path) => /@opentelemetry\\/([\\w-]+)/.exec(path)?.[1] ?? []);
    console.log([...new Set(packages)].join());
    process.exit();
  `;
  const off = await runScript('-e', { args: [loaded('worker', 'undefined')] });
  // metrics are counted also where nobody traces
  const ofTraces = off.stdout
    .trim()
    .split(',')
    .filter((name) => /trace|xray|propagator|context/.test(name));
  expect({ code: off.code, ofTraces }).toEqual({ code: 0, ofTraces: [] });
  const on = await runScript('-e', { args: [loaded('worker', "'http://127.0.0.1:1'")] });
  expect(on.stdout).toContain('sdk-trace');
}, 60_000);

describe('which traces are kept', () => {
  const REMOTE = {
    sampled: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    left: '00-ffffffffffffffffffffffffffffffff-b7ad6b7169203331-00',
  };
  const cases: [
    sampler: string,
    ratio: number,
    parent: keyof typeof REMOTE | undefined,
    kind: SpanKind,
    kept: boolean,
  ][] = [
    ['parentbased_always_on', 1, undefined, SpanKind.SERVER, true],
    ['parentbased_always_on', 1, undefined, SpanKind.CONSUMER, true],
    // a poll of our own begins none
    ['parentbased_always_on', 1, undefined, SpanKind.CLIENT, false],
    ['parentbased_always_on', 1, 'sampled', SpanKind.CLIENT, true],
    ['parentbased_always_on', 1, 'left', SpanKind.SERVER, false],
    ['parentbased_always_off', 1, 'sampled', SpanKind.SERVER, true],
    ['parentbased_always_off', 1, undefined, SpanKind.SERVER, false],
    ['parentbased_traceidratio', 0, undefined, SpanKind.SERVER, false],
    ['parentbased_traceidratio', 0, 'sampled', SpanKind.SERVER, true],
    ['traceidratio', 1, 'sampled', SpanKind.SERVER, true],
    ['traceidratio', 0.00001, 'sampled', SpanKind.SERVER, false],
    ['always_on', 1, 'left', SpanKind.SERVER, true],
    ['always_off', 1, 'sampled', SpanKind.SERVER, false],
  ];

  test.each(cases)('%s %d, parent %s, kind %d: %s', async (sampler, ratio, parent, kind, kept) => {
    const receiver = await receiveTraces();
    const tracing = traceHere({ url: receiver.url, sampler, ratio });
    const options = { kind, ...(parent && { parent: contextFrom(REMOTE[parent]) }) };
    await inSpan({ name: 'entry', ...options }, () =>
      inSpan({ name: 'below', kind: SpanKind.INTERNAL }, async () => 1),
    );
    await tracing.stop();
    await receiver.close();
    // all of a trace, or nothing
    expect(receiver.spans.map(({ name }) => name).sort()).toEqual(kept ? ['below', 'entry'] : []);
  });
});
