import type { Appended, BookkeepingDeps } from './step';
import type { Books, OrderRecord } from './ports';
import type { EventBatch, NewEvent } from '../domain/events';
import type { Order, OrderPolicy, OrderSubmission, ValidationError } from '../domain/order';
import type { OrderId } from '../domain/ids';
import type { InventoryStatus } from '../domain/projection';
import type { OrderStatus } from '../domain/states';
import { StepError } from '../domain/failures';
import { asStep, attempts } from './step';
import { numberEvents } from '../domain/events';
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

export interface ValidationDeps extends BookkeepingDeps {
  /** how orders are treated that do not say otherwise, where it is not the usual */
  policy?: Partial<OrderPolicy>;
}

/** Kept with the order: what is changed later holds for later orders. */
function treated(order: Order, policy: Partial<OrderPolicy> = {}): Order {
  const all = { ...policy, ...order.policy };
  return Object.keys(all).length > 0 ? { ...order, policy: all } : order;
}

/** ValidateOrder and OrderValidationFailed (requirements D1, D2). */
export function createValidationActivities(deps: ValidationDeps) {
  return {
    /** Validates and stores the order as VALIDATED; an invalid one is only reported. */
    validateOrder: asStep(async (input: AcceptInput): Promise<ValidationOutcome> => {
      const validation = validateOrder(input.submission);
      if (!validation.valid) return { kind: 'INVALID', errors: validation.errors, attempts: attempts() };
      const order = treated(validation.order, deps.policy);
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
        // as text: a table does not take every number and character that was refused
        record: { status: 'VALIDATION_FAILED', submission: keptText(submission), errors },
        events: [{ type: 'Order Validation Failed', data: { errors } }],
      });
    }),
  };
}

/** Characters that are kept of a submission that was refused; an item holds 400 KB. */
const MAX_KEPT = 100_000;

/** Cutting may leave half a character at the end, which no table takes. */
const keptText = (submission: OrderSubmission): string =>
  JSON.stringify(submission)
    .slice(0, MAX_KEPT)
    .replace(/\p{Surrogate}/gu, '');

async function accept(
  deps: BookkeepingDeps,
  { batch, submission, fingerprint, requestId, runId }: AcceptInput,
  p: { record: Pick<OrderRecord, 'status' | 'order' | 'submission' | 'errors'>; events: NewEvent[] },
): Promise<Accepted> {
  const { orderId } = submission;
  const at = deps.now();
  const events = numberEvents({ ...batch, events: p.events }, { at, attempt: attempts() });
  const order: OrderRecord = { orderId, fingerprint, requestId, runId, createdAt: at, ...p.record };
  const outcome = await deps.books.post({ orderId, order, events });
  switch (outcome.kind) {
    case 'posted':
      deps.publisher.publish(events);
      return outcomeOf(order, at);
    case 'order-known':
      return outcome.order.runId === runId
        ? outcomeOf(outcome.order, at)
        : { kind: 'KNOWN', known: await howItStands(deps.books, outcome.order), attempts: attempts() };
    default:
      throw new StepError('SEQUENCE_TAKEN', `order ${orderId} has events, but is not stored`);
  }
}

/** A valid order is stored with two events, a refused one with one. */
function outcomeOf({ order, errors = [] }: OrderRecord, at: string): Accepted {
  const written = { at, attempts: attempts() };
  return order
    ? { kind: 'VALID', order, sequence: 2, ...written }
    : { kind: 'REFUSED', errors, sequence: 1, ...written };
}

async function howItStands(books: Books, { orderId, fingerprint, requestId, status }: OrderRecord) {
  const view = await books.readView(orderId);
  const known: KnownOrder = { orderId, fingerprint, requestId, status: view?.status ?? status };
  if (view?.inventoryStatus) known.inventoryStatus = view.inventoryStatus;
  if (view?.errors) known.errors = view.errors;
  return known;
}
