import { createHash } from 'node:crypto';
import type { Static } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { canonicalJson } from './domain/canonical-json';
import type { OrderId } from './domain/ids';
import type { OrderSubmission, ValidationError } from './domain/order';
import { Item, Policy, ShippingAddress, SubmissionSchema } from './contracts/submission';

const shape = TypeCompiler.Compile(SubmissionSchema);

/** An order whose shape is right; its id may still be missing or unusable. */
export type ParsedSubmission = Omit<OrderSubmission, 'orderId'> & { orderId?: string };

export type Parsed = { ok: true; submission: ParsedSubmission } | { ok: false; errors: ValidationError[] };

/** Parses an order once, at the edge. Members that an order does not have are left out. */
export function parseSubmission(value: unknown): Parsed {
  if (!shape.Check(value)) {
    const errors = [...shape.Errors(value)].map(({ path, message }) => ({
      pointer: path,
      code: 'wrong_type',
      detail: message,
    }));
    return { ok: false, errors };
  }
  return { ok: true, submission: copyOf(value) };
}

/** Only what an order has, so that nothing else, however deep, is looked at or kept. */
function copyOf(value: Static<typeof SubmissionSchema>): ParsedSubmission {
  const { items, shippingAddress, policy, ...rest } = pick(value, SubmissionSchema);
  return {
    ...rest,
    ...(items && { items: items.map((item) => pick(item, Item)) }),
    ...(shippingAddress && { shippingAddress: pick(shippingAddress, ShippingAddress) }),
    ...(policy && { policy: pick(policy, Policy) }),
  };
}

function pick<T extends object>(value: T, { properties }: { properties: Record<string, unknown> }): T {
  const names = Object.keys(properties).filter((name) => Object.hasOwn(value, name));
  return Object.fromEntries(names.map((name) => [name, value[name as keyof T]])) as T;
}

/**
 * SHA-256 over what was sent, independent of the order of its members: the same order sent again has the same. Without
 * the id, under which it is compared: an order that was given its id may be sent again with it. An order that was paid
 * elsewhere is another one than the same order to be paid here.
 */
export function fingerprintOf({ orderId: _orderId, ...content }: ParsedSubmission & { paid?: object }): string {
  return createHash('sha256').update(canonicalJson(content)).digest('base64url');
}

/** The id of an order sent with an `Idempotency-Key` instead of an id: the same for the same customer and key. */
export function orderIdForKey({ customerId = '', key }: { customerId?: string; key: string }): OrderId {
  const hash = createHash('sha256')
    .update(JSON.stringify([customerId, key]))
    .digest('hex');
  return `ORD-${hash.slice(0, 32)}` as OrderId;
}
