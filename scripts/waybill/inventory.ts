import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../../src/gateway/schemas';
import type { Desk } from './desk';
import { table } from './table';

type Stock = Static<typeof schemas.ProductStock>;
interface DeliveryOptions {
  warehouse: string;
  quantity: number;
  reference: string;
}

type Received = Static<typeof schemas.StockReceived>;

const pathOf = (productId: string) => `/inventory/${encodeURIComponent(productId)}`;

/** `waybill inventory`: stock, and deliveries into it. */
export function addInventory(program: Command, desk: Desk): void {
  const inventory = program.command('inventory').description('stock, and deliveries into it');

  const get = inventory.command('get <product>').description("a product's stock");
  desk.command(get, 'inventory get PROD-12345', async (session, _options, id) =>
    session.tell(await session.gateway.get<Stock>(pathOf(id)), linesOfStock),
  );

  const receive = inventory
    .command('receive <product>')
    .description('takes a delivery into stock: once, however often it is sent under its reference')
    .requiredOption('--warehouse <id>', 'where it arrived')
    .requiredOption('--quantity <n>', 'units', Number)
    .requiredOption('--reference <text>', "the sender's number of the delivery");
  desk.command(
    receive,
    'inventory receive PROD-12345 --warehouse ICN --quantity 5 --reference D-17',
    async ({ gateway, tell }, { warehouse: warehouseId, quantity, reference }: DeliveryOptions, id) => {
      const received = await gateway.post<Received>(`${pathOf(id)}/receive`, { warehouseId, quantity, reference });
      tell(received, linesOfReceived);
      return received.status === 'RECEIVED' ? 0 : 1;
    },
  );
}

const linesOfStock = ({ productId, name, availableQuantity, reservedQuantity, waiting, warehouses }: Stock) => [
  `${productId}${name === undefined ? '' : `  ${name}`}: ${availableQuantity} available, ${reservedQuantity} reserved, ${waiting} waited for`,
  ...table(
    ['WAREHOUSE', 'AVAILABLE', 'RESERVED'],
    warehouses.map((one) => [one.warehouseId, `${one.availableQuantity}`, `${one.reservedQuantity}`]),
  ),
];

const linesOfReceived = (received: Received): string[] => {
  const { status, quantity, productId, warehouseId, toBackorders = 0, availableQuantity } = received;
  if (status === 'RECEIVING')
    return [`${productId}: the delivery is taken and goes on by itself; send it again to hear what became of it.`];
  const given = toBackorders > 0 ? `, ${toBackorders} of them to orders that waited` : '';
  const left = availableQuantity === undefined ? '' : `; ${availableQuantity} can be ordered now`;
  return [`${quantity} × ${productId} are in ${warehouseId}${given}${left}.`];
};
