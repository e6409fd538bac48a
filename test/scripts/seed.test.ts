import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { documentsAt } from '../../scripts/lib/aws-access';
import { PRODUCTS, seedInventory } from '../../scripts/lib/seed';

const documents = documentsAt(process.env['AWS_ENDPOINT_URL'] ?? '');
const tables = {
  inventory: process.env['INVENTORY_TABLE'] ?? '',
  warehouseStock: process.env['WAREHOUSE_STOCK_TABLE'] ?? '',
};

afterAll(() => documents.destroy());

const totalOf = async (productId: string) =>
  (await documents.send(new GetCommand({ TableName: tables.inventory, Key: { productId } }))).Item;

test('every product is there, and its warehouses add up to its total', async () => {
  await seedInventory({ documents, tables });
  for (const { productId, name } of PRODUCTS) {
    const { Items = [] } = await documents.send(
      new QueryCommand({
        TableName: tables.warehouseStock,
        KeyConditionExpression: 'productId = :product',
        ExpressionAttributeValues: { ':product': productId },
      }),
    );
    const inWarehouses = Items.reduce((sum, item) => sum + Number(item['availableQuantity']), 0);
    expect(await totalOf(productId)).toMatchObject({ name, availableQuantity: inWarehouses });
    expect(Items.map((item) => item['warehouseId'])).toEqual(['ICN', 'LAX']);
  }
});

test('the numbers of a running shop are left alone', async () => {
  await seedInventory({ documents, tables });
  const productId = 'PROD-20003';
  await documents.send(
    new UpdateCommand({
      TableName: tables.inventory,
      Key: { productId },
      UpdateExpression: 'SET reservedQuantity = :one',
      ExpressionAttributeValues: { ':one': 1 },
    }),
  );
  await seedInventory({ documents, tables });
  expect(await totalOf(productId)).toMatchObject({ reservedQuantity: 1 });
});
