import { Gauge, Registry } from 'prom-client';
import { BREAKER_STATES, type BreakerState, type Dependency } from './domain/breaker';

/** What a process counts of itself, for Prometheus. */
export interface Metrics {
  breakerState(dependency: Dependency, state: BreakerState): void;
  /** as `GET /metrics` answers */
  text(): Promise<string>;
  contentType: string;
}

/** A registry of its own for each process, and each test. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const breakers = new Gauge({
    name: 'waybill_breaker_state',
    help: 'circuit breaker of an outside company: 0 closed, 1 half open, 2 open',
    labelNames: ['dependency'],
    registers: [registry],
  });
  return {
    breakerState: (dependency, state) => breakers.set({ dependency }, BREAKER_STATES.indexOf(state)),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
