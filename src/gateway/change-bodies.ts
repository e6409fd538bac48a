import { type TObject, Type } from '@sinclair/typebox';
import {
  checkCancellation,
  checkDecision,
  checkInspectedItems,
  checkOperator,
  checkReason,
  checkResolution,
  checkReturnItems,
} from '../domain/changes';
import { changeParser } from './body';
import { INSPECTION_OUTCOMES, RESOLUTIONS } from '../domain/events';
import { SHORTAGE_CHOICES } from '../domain/order';
import { validateAddress } from '../domain/validation';

const text = (description: string) => Type.Optional(Type.String({ description }));
const words = (known: readonly string[]) => `required; one of ${known.map((word) => `\`${word}\``).join(', ')}`;
const quantity = Type.Optional(Type.Number({ description: 'required; whole, above 0' }));
const productId = text('required');

const REFUSED =
  'Wrong types are refused with 400; what is missing or has a wrong value, with 422 and all of it at once.';
const body = <P extends TObject>(schema: P, $id: string, example: object): P => ({
  ...schema,
  $id,
  description: REFUSED,
  examples: [example],
});

/** who asks where it is no customer */
const byHand = {
  by: text("an operator's name, as the audit trail is to have it"),
  reason: text('required with `by`: why the operator asks for it; nobody outside is told'),
};

const Cancellation = body(
  Type.Object({ ...byHand, reason: text('optional; required with `by`, and then nobody outside is told') }),
  'Cancellation',
  { reason: 'ordered twice' },
);
export const parseCancellation = changeParser(Cancellation, checkCancellation);

const Decision = body(Type.Object({ choice: text(words(SHORTAGE_CHOICES)), ...byHand }), 'Decision', {
  choice: 'WAIT',
});
export const parseDecision = changeParser(Decision, (sent, fail) => ({
  ...checkDecision(sent, fail),
  ...checkOperator(sent, fail),
}));

const BreakerResetRequest = body(Type.Object(byHand), 'BreakerResetRequest', {
  by: 'kim',
  reason: 'the company says that it is back',
});
export const parseBreakerReset = changeParser(BreakerResetRequest, checkOperator);

const AddressChange = body(
  Type.Object({
    street: text('required'),
    city: text('required'),
    country: text('required'),
    zipCode: text('required'),
    ...byHand,
  }),
  'AddressChange',
  { street: '7 Side St', city: 'Seoul', country: 'KR', zipCode: '54321' },
);
export const parseAddress = changeParser(AddressChange, (sent, fail) => {
  const operator = checkOperator(sent, fail);
  const checked = validateAddress(sent);
  if (checked.valid) return { address: checked.address, ...operator };
  // the body is the address, and more
  for (const { pointer, code, detail } of checked.errors) fail(pointer.replace(/^\/shippingAddress/, ''), code, detail);
  return undefined;
});

const ReturnRequest = body(
  Type.Object({
    items: Type.Optional(
      Type.Array(Type.Object({ productId, quantity }), { description: 'required; what comes back' }),
    ),
    reason: text('optional'),
  }),
  'ReturnRequest',
  { items: [{ productId: 'PROD-12345', quantity: 1 }], reason: 'too small' },
);
export const parseReturnRequest = changeParser(ReturnRequest, ({ items, reason }, fail) => {
  const lines = checkReturnItems(items, fail);
  const why = checkReason(reason === undefined ? {} : { reason }, fail);
  return lines && { items: lines, ...why };
});

const Inspection = body(
  Type.Object({
    items: Type.Optional(
      Type.Array(Type.Object({ productId, quantity, outcome: text(words(INSPECTION_OUTCOMES)) }), {
        description: 'required; everything that came back. `REJECT`: it is not what was sent, nothing is refunded',
      }),
    ),
  }),
  'Inspection',
  { items: [{ productId: 'PROD-12345', quantity: 1, outcome: 'RESTOCK' }] },
);
export const parseInspection = changeParser(Inspection, ({ items }, fail) => {
  const inspected = checkInspectedItems(items, fail);
  return inspected && { items: inspected };
});

const Resolution = body(
  Type.Object({
    action: text(words(RESOLUTIONS)),
    by: text('required; who decides'),
    reason: text('required with `SKIP`'),
    reference: text('required with `SETTLE`: under which it was done by hand'),
  }),
  'Resolution',
  { action: 'SETTLE', by: 'night shift', reference: 'bank transfer 4711' },
);
export const parseResolution = changeParser(Resolution, checkResolution);

/** Every body of a change, by its name in the OpenAPI document. */
export const CHANGE_BODIES = [
  Cancellation,
  Decision,
  AddressChange,
  ReturnRequest,
  Inspection,
  Resolution,
  BreakerResetRequest,
];
