import type { EventOrders } from '../../src/messaging/take-event';
import type { OrderId } from '../../src/domain/ids';

/** An engine in a few lines: orders are there or not, and it notes what they were told. */
export interface TestOrders extends EventOrders {
  /** orders that are there */
  known: Set<OrderId>;
  /** what was told, in the order of telling */
  told: string[];
}

export function createTestOrders(): TestOrders {
  const known = new Set<OrderId>();
  const told: string[] = [];
  const tell = (orderId: OrderId, what: string) => {
    if (!known.has(orderId)) return { kind: 'unknown' as const };
    told.push(what);
    return { kind: 'told' as const };
  };
  return {
    known,
    told,
    place: async ({ submission: { orderId } }) => {
      known.add(orderId);
      return { kind: 'pending' };
    },
    fulfill: async () => ({ kind: 'accepted' }),
    refundLate: async () => ({ kind: 'known' }),
    tellPayment: async (orderId, { paymentId }) => tell(orderId, paymentId),
    tellCarrier: async (orderId, { updateId }) => tell(orderId, updateId),
  };
}

/** A process that dies at one of its calls: before it, or with its answer. Counts on over several objects. */
export function dyingAt(n: number) {
  let calls = 0;
  const dies = () => ++calls === n;
  return {
    /** how many moments there were to die at */
    count: () => calls,
    guard: <T extends object>(port: T): T =>
      new Proxy(port, {
        get(target, name) {
          const member = Reflect.get(target, name) as unknown;
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            if (dies()) throw new Error('killed');
            const result: unknown = await (member as (...given: unknown[]) => unknown).apply(target, args);
            if (dies()) throw new Error('killed');
            return result;
          };
        },
      }),
  };
}
