import { screen } from '../../scripts/lib/screen';

const shown = {
  rows: [
    { name: 'gateway', address: 'http://127.0.0.1:3000', process: { pid: 12345, log: '.waybill/logs/gateway.log' } },
    { name: 'Temporal', address: 'engine.example:7233', process: undefined },
  ],
  gateway: 'http://127.0.0.1:3000',
  temporalUi: 'http://127.0.0.1:8233',
  orders: 0,
  seconds: 1.23,
  colours: false,
};

test('everything but the commands to paste fits a narrow terminal', () => {
  const wide = screen(shown).filter((line) => !line.startsWith('curl') && line.length > 90);
  expect(wide).toEqual([]);
});

test('the order to try is one line that a shell understands', () => {
  const line = screen(shown).find((text) => text.includes('content-type')) ?? '';
  const [, body = ''] = /-d '([^']*)'$/.exec(line) ?? [];
  expect(JSON.parse(body)).toMatchObject({ customerId: 'CUST-567890', totalAmount: 59.98 });
  expect(JSON.parse(body)).not.toHaveProperty('orderId');
});

test('colours only when asked for', () => {
  const escape = String.fromCharCode(27);
  expect(screen(shown).join('\n')).not.toContain(escape);
  expect(screen({ ...shown, colours: true }).join('\n')).toContain(escape);
});

test('it tells what it found, and what is not its own', () => {
  const text = screen({ ...shown, orders: 12, temporalUi: undefined }).join('\n');
  expect(text).toContain('12 of earlier starts');
  expect(text).toContain('not started here');
  expect(text).not.toContain('Temporal UI');
});
