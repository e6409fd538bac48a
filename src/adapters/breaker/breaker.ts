import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
} from 'cockatiel';
import {
  type BreakerReport,
  type BreakerState,
  CircuitOpenError,
  type Dependency,
  isOutage,
} from '../../domain/breaker';

/** Leaves a company alone for a while after it failed several times in a row. */
export interface Breaker {
  readonly dependency: Dependency;
  /**
   * Asks the company, unless it is to be left alone. Of those who come when that is over, one asks, and the others wait
   * for what comes of it.
   *
   * @throws CircuitOpenError without having asked; otherwise what the call throws
   */
  run<T>(call: () => Promise<T>): Promise<T>;
  report(): BreakerReport;
  /** Closes it, whatever it has seen; calls that are under way count no more. */
  reset(): void;
  /** @param listener called after each change of the state */
  onChange(listener: () => void): void;
}

export interface BreakerLimits {
  /** outages in a row that open it */
  failures: number;
  /** milliseconds that it then stays open */
  openMs: number;
}

/** A breaker of this process, closed at first. */
export function createBreaker({ dependency, failures, openMs }: BreakerLimits & { dependency: Dependency }): Breaker {
  const listeners: (() => void)[] = [];
  const tell = () => listeners.forEach((listener) => listener());
  let circuit = createCircuit({ failures, openMs }, tell);
  return {
    dependency,
    async run(call) {
      const used = circuit;
      try {
        return await throwing(used.policy.execute(() => answerOf(call)));
      } catch (error) {
        throw isBrokenCircuitError(error) ? new CircuitOpenError(dependency, iso(used.openUntil())) : error;
      }
    },
    report() {
      const state = STATES[circuit.policy.state];
      const { state: count } = circuit.counter;
      return { state, failures: count, ...(state !== 'CLOSED' && { openUntil: iso(circuit.openUntil()) }) };
    },
    reset() {
      circuit.forget();
      circuit = createCircuit({ failures, openMs }, tell);
      tell();
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'CLOSED',
  [CircuitState.HalfOpen]: 'HALF_OPEN',
  [CircuitState.Open]: 'OPEN',
  // held open by hand, which nobody does
  [CircuitState.Isolated]: 'OPEN',
};

interface Circuit {
  policy: CircuitBreakerPolicy;
  counter: ConsecutiveBreaker;
  /** milliseconds since 1970; of the last time that it opened */
  openUntil(): number;
  /** nobody hears of it any more */
  forget(): void;
}

function createCircuit({ failures, openMs }: BreakerLimits, onChange: () => void): Circuit {
  const counter = new ConsecutiveBreaker(failures);
  const policy = circuitBreaker(handleAll, { halfOpenAfter: openMs, breaker: counter });
  let openUntil = 0;
  policy.onBreak(() => (openUntil = Date.now() + openMs));
  const listener = policy.onStateChange(onChange);
  return { policy, counter, openUntil: () => openUntil, forget: () => listener.dispose() };
}

type Answer<T> = { value: T } | { refusal: unknown };

/** An outage stays an error; a no becomes an answer, which to the circuit is a success. */
async function answerOf<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (isOutage(error)) throw error;
    return { refusal: error };
  }
}

async function throwing<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked;
  if ('value' in answer) return answer.value;
  throw answer.refusal;
}

const iso = (ms: number): string => new Date(ms).toISOString();
