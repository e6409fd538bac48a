import { setTimeout as delay } from 'node:timers/promises';
import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AWSXRayIdGenerator } from '@opentelemetry/id-generator-aws-xray';
import { AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CompositePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { TracingOptions } from './options';
import { createExporter } from './exporter';
import { createSampler } from './sampler';
import { INSTANCE } from '../instance';
import { workflowSpanReader } from './workflow-spans';

/** Milliseconds for a call to the receiver. */
const SEND_TIMEOUT_MS = 5000;
/** Milliseconds that a process which stops waits for the receiver to take what is left. */
const STOP_LIMIT_MS = 5000;
/** Spans that wait to be sent, at most: those after them are dropped. */
const MAX_WAITING = 8192;
/** Milliseconds that spans wait for company. */
const LINGER_MS = 1000;

/**
 * Makes OpenTelemetry's API of this process do what it says. Loaded only where there is a receiver.
 *
 * @public
 */
export function startSdk(p: TracingOptions & { url: string }) {
  const isXRay = p.traceContext === 'xray';
  const exporter = createExporter({ url: p.url, timeoutMs: SEND_TIMEOUT_MS, isXRay, logger: p.logger });
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: MAX_WAITING,
    scheduledDelayMillis: LINGER_MS,
    exportTimeoutMillis: SEND_TIMEOUT_MS,
  });
  const resource = resourceFromAttributes({
    'service.namespace': 'waybill',
    'service.name': `waybill-${p.name}`,
    'service.instance.id': INSTANCE,
  });
  const provider = new BasicTracerProvider({
    resource,
    sampler: createSampler(p.sampler),
    spanProcessors: [processor],
    ...(isXRay && { idGenerator: new AWSXRayIdGenerator() }),
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(propagatorOf(isXRay));
  return {
    tellWorkflowSpan: workflowSpanReader({ processor, resource }),
    async stop() {
      await Promise.race([
        provider.shutdown().catch((error: unknown) => p.logger.warn({ err: error }, 'the last traces are lost')),
        delay(STOP_LIMIT_MS, undefined, { ref: false }),
      ]);
      for (const api of [trace, context, propagation]) api.disable();
    },
  };
}

/** X-Ray's first: where somebody sends both, W3C's counts. */
const propagatorOf = (isXRay: boolean): TextMapPropagator => {
  const w3c = new W3CTraceContextPropagator();
  return isXRay ? new CompositePropagator({ propagators: [new AWSXRayPropagator(), w3c] }) : w3c;
};
