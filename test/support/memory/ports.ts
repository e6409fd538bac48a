import type { ActivityDeps } from '../../../src/activities';
import type {
  CustomerNotification,
  DeadLetterAlert,
  InventoryReport,
  LateRefund,
  OverdueSupply,
} from '../../../src/activities/ports';
import type { DisabledWebhook } from '../../../src/activities/webhook-ports';
import type { OrderEvent } from '../../../src/domain/events';
import type { SandboxJournal } from '../../../src/adapters/sandbox/journal';
import { createMemoryBooks, type MemoryBooks } from './books';
import { createMemoryDeadLetters, type MemoryDeadLetters } from './dead-letters';
import { createMemoryJournal } from './journal';
import { createMemoryReplays, type MemoryReplays } from './replays';
import { createSandboxCarriers } from '../../../src/adapters/sandbox/carrier';
import { createSandboxPayments } from '../../../src/adapters/sandbox/payment';
import { createSandboxSupplier } from '../../../src/adapters/sandbox/supplier';
import { WAREHOUSES } from '../orders';

/** All ports in memory, with what went through them. */
export interface MemoryWorld {
  books: MemoryBooks;
  journal: SandboxJournal;
  published: OrderEvent[];
  notifications: CustomerNotification[];
  packing: string[];
  partial: InventoryReport[];
  shortages: InventoryReport[];
  overdue: OverdueSupply[];
  lateRefunds: LateRefund[];
  replays: MemoryReplays;
  disabledWebhooks: DisabledWebhook[];
  deadLetters: MemoryDeadLetters;
  deadLetterAlerts: DeadLetterAlert[];
  ports: ActivityDeps;
}

/** @param timeoutMs how long our side waits for the sandbox companies */
export function createMemoryWorld({ timeoutMs = 50 } = {}): MemoryWorld {
  const books = createMemoryBooks();
  const journal = createMemoryJournal();
  const published: OrderEvent[] = [];
  const notifications: CustomerNotification[] = [];
  const packing: string[] = [];
  const partial: InventoryReport[] = [];
  const shortages: InventoryReport[] = [];
  const overdue: OverdueSupply[] = [];
  const lateRefunds: LateRefund[] = [];
  const replays = createMemoryReplays();
  const disabledWebhooks: DisabledWebhook[] = [];
  const deadLetterAlerts: DeadLetterAlert[] = [];
  const deadLetters = createMemoryDeadLetters();
  const ports: ActivityDeps = {
    deadLetters: deadLetters.ports,
    books,
    publisher: { publish: (events) => void published.push(...events), flush: async () => undefined },
    payments: createSandboxPayments({ journal, timeoutMs }),
    carriers: createSandboxCarriers({ journal, timeoutMs, warehouses: WAREHOUSES }),
    supplier: createSandboxSupplier({ journal, timeoutMs }),
    messenger: {
      notifyCustomer: async (notification) => void notifications.push(notification),
      instructPacking: async ({ key }) => void packing.push(key),
      reportPartialInventory: async (report) => void partial.push(report),
      reportShortage: async (report) => void shortages.push(report),
      reportOverdueSupply: async (supply) => void overdue.push(supply),
      reportDeadLetter: async (letter) => void deadLetterAlerts.push(letter),
      reportLateRefund: async (refund) => void lateRefunds.push(refund),
      reportDisabledWebhook: async (webhook) => void disabledWebhooks.push(webhook),
    },
    archive: replays.archive,
    replayLog: replays.log,
    replayQuietMs: 20,
    warehouses: WAREHOUSES,
    lowStockThreshold: 10,
    now: () => new Date().toISOString(),
  };
  const told = { notifications, packing, partial, shortages, overdue, lateRefunds, disabledWebhooks, replays };
  return { books, journal, published, ...told, deadLetters, deadLetterAlerts, ports };
}
