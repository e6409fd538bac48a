import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { BACKORDER_PRODUCTS, FAR_APART, PLENTIFUL, SOLD_OUT } from '../../src/gateway/sandbox/orders';

interface Product {
  productId: string;
  name: string;
  /** units by warehouse */
  stock: { ICN: number; LAX: number };
}

/** The sandbox's goods, in the warehouses of Seoul (ICN) and Los Angeles (LAX). */
export const PRODUCTS: readonly Product[] = [
  { productId: PLENTIFUL, name: 'Wireless earbuds', stock: { ICN: 6_000, LAX: 4_000 } },
  { productId: 'PROD-SCARCE', name: 'Turntable, limited edition', stock: { ICN: 2, LAX: 1 } },
  { productId: SOLD_OUT, name: 'Espresso machine', stock: { ICN: 0, LAX: 0 } },
  { productId: BACKORDER_PRODUCTS[0], name: 'Film camera, restored', stock: { ICN: 0, LAX: 0 } },
  { productId: BACKORDER_PRODUCTS[1], name: 'Bookshelf speakers', stock: { ICN: 0, LAX: 0 } },
  { productId: 'PROD-20001', name: 'USB-C charger, 65 W', stock: { ICN: 1_500, LAX: 1_000 } },
  { productId: 'PROD-20002', name: 'Mechanical keyboard', stock: { ICN: 300, LAX: 500 } },
  { productId: FAR_APART[0], name: 'Desk lamp', stock: { ICN: 120, LAX: 0 } },
  { productId: 'PROD-20004', name: 'Travel backpack', stock: { ICN: 240, LAX: 400 } },
  { productId: FAR_APART[1], name: 'Record player needle', stock: { ICN: 0, LAX: 900 } },
];

export interface SeedTarget {
  documents: DynamoDBDocumentClient;
  tables: { inventory: string; warehouseStock: string };
}

/** Puts the products that are not there yet, total and warehouses in one go; those that are there keep their numbers. */
export async function seedInventory(target: SeedTarget): Promise<void> {
  await Promise.all(PRODUCTS.map((product) => seedProduct(product, target)));
}

async function seedProduct({ productId, name, stock }: Product, { documents, tables }: SeedTarget): Promise<void> {
  const total = Object.values(stock).reduce((sum, quantity) => sum + quantity, 0);
  const rows = Object.entries(stock).map(([warehouseId, quantity]) =>
    putIfAbsent(tables.warehouseStock, { productId, warehouseId, ...quantities(quantity) }),
  );
  const TransactItems = [putIfAbsent(tables.inventory, { productId, name, ...quantities(total) }), ...rows];
  try {
    await documents.send(new TransactWriteCommand({ TransactItems }));
  } catch (error) {
    if (!isThere(error)) throw error;
  }
}

const isThere = (error: unknown) =>
  error instanceof TransactionCanceledException &&
  error.CancellationReasons?.some(({ Code }) => Code === 'ConditionalCheckFailed');

const quantities = (availableQuantity: number) => ({ availableQuantity, reservedQuantity: 0 });

const putIfAbsent = (TableName: string, Item: Record<string, unknown>) => ({
  Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(productId)' },
});
