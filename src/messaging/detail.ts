import type { Fail } from '../domain/order';
import type { Static, TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { isOrderId, type OrderId } from '../domain/ids';
import { listed, shown } from './reason';

/** Why an event can never be taken. */
export interface Refused {
  kind: 'refused';
  reason: string;
}

export const refused = (reason: string): Refused => ({ kind: 'refused', reason });

/**
 * A parser of details: wrong types are told all at once, and otherwise every wrong value.
 *
 * @param read makes what the event says of a detail whose types are right
 */
export function detailParser<S extends TSchema, T>(
  schema: S,
  read: (detail: Static<S>, fail: Fail) => T | undefined,
): (detail: unknown) => T | Refused {
  const shape = TypeCompiler.Compile(schema);
  return (detail) => {
    if (!shape.Check(detail))
      return refused(listed([...shape.Errors(detail)].map(({ path, message }) => `detail${path}: ${message}`)));
    return refuseFailed((fail) => read(detail, fail));
  };
}

/** What is read, or everything that failed in one reason, by its pointer into the detail. */
export function refuseFailed<T>(read: (fail: Fail) => T | undefined): T | Refused {
  const errors: string[] = [];
  const result = read((pointer, _code, why) => void errors.push(`detail${pointer}: ${why}`));
  return errors.length > 0 || result === undefined ? refused(listed(errors)) : result;
}

/** The id of the order that an event is about. */
export function requireOrderId(orderId: unknown, fail: Fail, pointer = ''): OrderId | undefined {
  if (isOrderId(orderId)) return orderId;
  return void fail(`${pointer}/orderId`, 'invalid', `expected an order id, got ${shown(orderId)}`);
}
