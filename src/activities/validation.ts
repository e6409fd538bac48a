import type { Appended, BookkeepingDeps } from './step';
import type { Books, OrderRecord } from './ports';
import type { EventBatch, NewEvent } from '../domain/events';
import type { Order, OrderSubmission, ValidationError } from '../domain/order';
import type { OrderId } from '../domain/ids';
import type { InventoryStatus } from '../domain/projection';
import type { OrderStatus } from '../domain/states';
import { asStep, attempts, post } from './step';
import { validateOrder } from '../domain/validation';

/** Who sent an order, and in which run it is processed. */
export interface Acceptance {
  submission: OrderSubmission;
  fingerprint: string;
  requestId: string;
  runId: string;
}

export type AcceptInput = Acceptance & { batch: EventBatch };
export type RefuseInput = AcceptInput & { errors: ValidationError[] };

/** An order whose id was used by an earlier run: how that one stands. */
export interface KnownOrder {
  orderId: OrderId;
  fingerprint: string;
  requestId: string;
  status: OrderStatus;
  inventoryStatus?: InventoryStatus;
  errors?: ValidationError[];
}

/** `sequence` and `at` are there when something was written. */
export type ValidationOutcome = Partial<Appended> & { attempts: number } & (
    | { kind: 'VALID'; order: Order }
    | { kind: 'INVALID'; errors: ValidationError[] }
    | { kind: 'REFUSED'; errors: ValidationError[] }
    | { kind: 'KNOWN'; known: KnownOrder }
  );

export type Accepted = Exclude<ValidationOutcome, { kind: 'INVALID' }>;

/** ValidateOrder and OrderValidationFailed (requirements D1, D2). */
export function createValidationActivities(deps: BookkeepingDeps) {
  return {
    /** Validates and stores the order as VALIDATED; an invalid one is only reported. */
    validateOrder: asStep(async (input: AcceptInput): Promise<ValidationOutcome> => {
      const validation = validateOrder(input.submission);
      if (!validation.valid) return { kind: 'INVALID', errors: validation.errors, attempts: attempts() };
      const { order } = validation;
      return accept(deps, input, {
        record: { status: 'VALIDATED', order },
        events: [
          { type: 'Order Created', data: { order } },
          { type: 'Order Validated', data: {} },
        ],
      });
    }),

    /** Stores the order as VALIDATION_FAILED, so that its id stays used; an order stored as valid before stays valid. */
    refuseOrder: asStep(async (input: RefuseInput): Promise<Accepted> => {
      const { errors, submission } = input;
      return accept(deps, input, {
        record: { status: 'VALIDATION_FAILED', submission, errors },
        events: [{ type: 'Order Validation Failed', data: { errors } }],
      });
    }),
  };
}

async function accept(
  deps: BookkeepingDeps,
  { batch, submission, fingerprint, requestId, runId }: AcceptInput,
  p: {
    record: Omit<OrderRecord, keyof Acceptance | 'orderId' | 'createdAt'> & { submission?: OrderSubmission };
    events: NewEvent[];
  },
): Promise<Accepted> {
  const { orderId } = submission;
  const full = { ...batch, events: p.events };
  const record: OrderRecord = { orderId, fingerprint, requestId, runId, createdAt: deps.now(), ...p.record };
  const { outcome, appended } = await post(deps, full, { order: record });
  if (outcome.kind !== 'order-known') return outcomeOf(record, appended);
  // an earlier attempt of this run stored it: as valid with two events, as refused with one
  const sequence = batch.firstSequence + (outcome.order.order ? 1 : 0);
  return outcome.order.runId === runId
    ? outcomeOf(outcome.order, { ...appended, sequence })
    : { kind: 'KNOWN', known: await howItStands(deps.books, outcome.order), attempts: attempts() };
}

function outcomeOf({ order, errors = [] }: OrderRecord, appended: Appended): Accepted {
  const written = { ...appended, attempts: attempts() };
  return order ? { kind: 'VALID', order, ...written } : { kind: 'REFUSED', errors, ...written };
}

async function howItStands(books: Books, { orderId, fingerprint, requestId, status }: OrderRecord) {
  const view = await books.readView(orderId);
  const known: KnownOrder = { orderId, fingerprint, requestId, status: view?.status ?? status };
  if (view?.inventoryStatus) known.inventoryStatus = view.inventoryStatus;
  if (view?.errors) known.errors = view.errors;
  return known;
}
