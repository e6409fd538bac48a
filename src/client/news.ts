import { WorkflowNotFoundError } from '@temporalio/client';
import type { OrderId } from '../domain/ids';
import type { CarrierNews, PaymentNews } from '../workflows/messages';
import { carrierNewsSignal, paymentNewsSignal } from '../workflows/messages';
import { workflowIdOf } from '../domain/ids';
import type { Engine } from './engine';
import { isStored, type StoredOrders } from './stored';

/** What became of news of an order: its workflow has it, durably, or cannot have it any more, or does not have it yet. */
export interface NewsOutcome {
  kind: 'told' | 'closed' | 'unknown';
}

/** News for orders that are there: it never starts a workflow. Throws EngineUnavailableError. */
export interface News {
  tellPayment(orderId: OrderId, news: PaymentNews): Promise<NewsOutcome>;
  tellCarrier(orderId: OrderId, news: CarrierNews): Promise<NewsOutcome>;
}

export function createNews({ engine, stored }: { engine: Engine; stored: StoredOrders }): News {
  const handleOf = (orderId: OrderId) => engine.client.workflow.getHandle(workflowIdOf(orderId));

  async function tell(orderId: OrderId, signal: () => Promise<void>): Promise<NewsOutcome> {
    try {
      await engine.ask(signal);
      return { kind: 'told' };
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return { kind: (await isStored(stored, orderId)) ? 'closed' : 'unknown' };
    }
  }

  return {
    tellPayment: (orderId, news) => tell(orderId, () => handleOf(orderId).signal(paymentNewsSignal, news)),
    tellCarrier: (orderId, news) => tell(orderId, () => handleOf(orderId).signal(carrierNewsSignal, news)),
  };
}
