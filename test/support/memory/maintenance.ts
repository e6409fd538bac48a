import type { Case, ReconciliationReport } from '../../../src/domain/cases';
import type { CaseAlert, TakenSnapshot } from '../../../src/activities/maintenance-ports';
import type { FindingKind, RunState } from '../../../src/domain/reconciliation';
import type { MaintenanceDeps } from '../../../src/activities/maintenance';
import type { MemoryWorld } from './ports';
import type { MoneyCall } from '../../../src/adapters/sandbox/statements';
import type { OrderId } from '../../../src/domain/ids';
import { createSandboxStatements, movedMoney } from '../../../src/adapters/sandbox/statements';

export interface MemoryMaintenance {
  deps: MaintenanceDeps;
  cases: Map<string, Case>;
  snapshots: Map<OrderId, TakenSnapshot[]>;
  alerts: CaseAlert[];
  told: Partial<Record<FindingKind, number>>[];
}

/** What the books are looked after with, over a world in memory. @param p.strangers who the payment company knows, and the books do not */
export function createMemoryMaintenance(
  world: MemoryWorld,
  p: {
    strangers?: OrderId[];
    stateOf?: (orderId: OrderId) => Promise<RunState>;
    now?: () => string;
    stuckAfterS?: number;
    toldALook?: number;
  } = {},
): MemoryMaintenance {
  const { books, journal } = world;
  const cases = new Map<string, Case>();
  const snapshots: MemoryMaintenance['snapshots'] = new Map();
  const alerts: CaseAlert[] = [];
  const told: MemoryMaintenance['told'] = [];
  let report: ReconciliationReport | undefined;

  /** two rows a page at most, whatever is asked for: pages are turned in every test */
  const page = <T>(all: readonly T[], token: string | undefined) => {
    const start = Number(token ?? 0);
    const next = start + 2 < all.length ? { token: String(start + 2) } : {};
    return { rows: all.slice(start, start + 2), ...next };
  };
  const read = async (orderId: OrderId) => (books.views.get(orderId) as { sequence?: number } | undefined)?.sequence;

  const deps: MaintenanceDeps = {
    books,
    archive: {
      async pageOfOrders({ from, since, token }) {
        const isWanted = (orderId: string) => {
          const view = books.views.get(orderId);
          return since === undefined || view?.currentState !== undefined || (view?.updatedAt ?? '') >= since;
        };
        const all = from === 'events' ? [...books.events.keys()] : [...books.views.keys()].filter(isWanted);
        const { rows, ...next } = page(all, token);
        return { orderIds: rows as OrderId[], ...next };
      },
      async replaceView({ view, read: sequence }) {
        if ((await read(view.orderId)) !== sequence) return false;
        books.views.set(view.orderId, structuredClone(view));
        return true;
      },
      async removeView({ orderId, read: sequence }) {
        if ((await read(orderId)) !== sequence) return false;
        return books.views.delete(orderId);
      },
    },
    snapshots: {
      async pageOfOrders({ token }) {
        const { rows, ...next } = page([...snapshots.keys()], token);
        return { orderIds: rows, ...next };
      },
      ofOrder: async (orderId) => structuredClone(snapshots.get(orderId) ?? []),
      async remove({ orderId, sequence }) {
        const left = (snapshots.get(orderId) ?? []).filter((snapshot) => snapshot.sequence !== sequence);
        snapshots.set(orderId, left);
      },
    },
    stock: {
      async *pages() {
        const totals = [...books.inventory].map(([productId, quantities]) => ({ productId, ...quantities }));
        const warehouses = [...books.warehouseStock].map(([key, quantities]) => {
          const [productId = '', warehouseId = ''] = key.split('/');
          return { productId, warehouseId, ...quantities };
        });
        const nothing = { totals: [], warehouses: [], backorders: [] };
        yield structuredClone({ ...nothing, totals });
        yield structuredClone({ ...nothing, warehouses });
        yield structuredClone({ ...nothing, backorders: [...books.backorders.values()] });
      },
    },
    runs: { stateOf: p.stateOf ?? (async () => 'RUNNING') },
    statements: createSandboxStatements({
      journal,
      calls: {
        async list({ since, token }) {
          const orderIds = new Set([...books.events.keys(), ...books.orders.keys(), ...(p.strangers ?? [])]);
          const all: MoneyCall[] = [];
          for (const orderId of orderIds)
            for (const call of await journal.entries(orderId))
              if (movedMoney(call) && call.at >= since) all.push({ ...call, orderId: orderId as OrderId });
          const { rows, ...next } = page(all, token);
          return { calls: rows, ...next };
        },
      },
    }),
    cases: {
      read: async (caseId) => structuredClone(cases.get(caseId)),
      async write(one) {
        if ((cases.get(one.caseId)?.version ?? 0) !== one.version - 1) return false;
        cases.set(one.caseId, structuredClone(one));
        return true;
      },
      listOpen: async () => structuredClone([...cases.values()].filter(({ state }) => state === 'OPEN')),
      readReport: async () => structuredClone(report),
      writeReport: async (written) => void (report = structuredClone(written)),
    },
    letters: { recount: async () => [] },
    alerts: { alert: async (one) => void alerts.push(one) },
    limits: {
      stuckAfterS: p.stuckAfterS ?? 3600,
      settledAfterS: 0,
      pauseS: 1,
      askAgainMs: 1,
      toldALook: p.toldALook ?? 1000,
    },
    tellFindings: (counts) => void told.push(counts),
    now: p.now ?? (() => new Date().toISOString()),
  };
  return { deps, cases, snapshots, alerts, told };
}
