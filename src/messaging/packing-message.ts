import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { PackingOrder } from './warehouse-ports';
import { isOrderId, keys } from '../domain/ids';
import { listed, shown } from './reason';
import { parseJson } from './json';

const Text = Type.String({ minLength: 1 });

/** What CommitTransaction, and a change of the address, sends to ShippingQueue. */
const Instruction = Type.Object({
  key: Text,
  orderId: Text,
  shipmentId: Text,
  warehouseId: Text,
  items: Type.Array(Type.Object({ productId: Text, quantity: Type.Integer({ minimum: 1 }) }), { minItems: 1 }),
  shippingAddress: Type.Object({
    street: Type.String(),
    city: Type.String(),
    country: Type.String(),
    zipCode: Type.String(),
  }),
});

/** Parses the body of a message: what a warehouse is to pack, or why it is nothing to pack. */
export function parsePacking(body: string): PackingOrder | { reason: string } {
  const message = parseJson(body);
  if (!Value.Check(Instruction, message)) {
    // says where, and not what: an address is nobody's business
    const problems = [...Value.Errors(Instruction, message)].map(({ path, message: why }) => `${path}: ${why}`);
    return { reason: `expected a packing instruction; ${listed(problems)}` };
  }
  const { orderId, shipmentId, key } = message;
  if (!isOrderId(orderId)) return { reason: `/orderId: expected an order id, got ${shown(orderId)}` };
  const version = versionOf(key, shipmentId);
  if (version === undefined)
    return {
      reason: `/key: expected ${shown(keys.packing(shipmentId))}, or with a version from #2, got ${shown(key)}`,
    };
  return { ...instructionOf(message), orderId, version };
}

/** The instruction of a shipment: the first, or the one for a later address. */
function versionOf(key: string, shipmentId: string): number | undefined {
  const version = key === keys.packing(shipmentId) ? 1 : Number(key.slice(key.lastIndexOf('#') + 1));
  const isKey = Number.isSafeInteger(version) && version >= 1 && keys.packing(shipmentId, version) === key;
  return isKey ? version : undefined;
}

const instructionOf = ({ key, shipmentId, warehouseId, items, shippingAddress }: Static<typeof Instruction>) => ({
  key,
  shipmentId,
  warehouseId,
  items,
  shippingAddress,
});
