import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../scripts/lib/ports';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

/** What it prints of spans that it is sent, stopped by Ctrl-C. */
async function printed(spans: object[], ...args: string[]) {
  const port = await freePort();
  const program = spawn(process.execPath, ['scripts/traces.cjs', '--port', `${port}`, ...args], { cwd: PROJECT_ROOT });
  let text = '';
  program.stdout.on('data', (data: Buffer) => (text += data.toString()));
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const send = () =>
    fetch(url, { method: 'POST', headers, body }).catch(() => new Promise((go) => setTimeout(go, 100)));
  try {
    for (let tries = 0, sent; !(sent instanceof Response) && tries < 200; tries++) sent = await send();
    program.kill('SIGINT');
    const [code] = (await once(program, 'close')) as [number];
    return { code, text };
  } finally {
    program.kill('SIGKILL');
  }
}

const traceId = 'a'.repeat(32);
const times = { startTimeUnixNano: '1000000', endTimeUnixNano: '3000000' };
const span = (spanId: string, name: string, more: object = {}) => ({ traceId, spanId, name, ...times, ...more });

test('a trace is a tree; what a stranger calls his spans moves no cursor', async () => {
  const child = span('2', '\u001b[2Jchild', { parentSpanId: '1' });
  const { code, text } = await printed([child, span('1', 'root')]);
  expect(code).toBe(0);
  expect(text).toContain(`Trace ${traceId}, 2 spans\nroot `);
  expect(text).toContain(`\n└─ \\u001b[2Jchild `);
});

test.each([
  ['ORD-1', true],
  ['ORD-2', false],
])('asked for %s, the trace of ORD-1 is printed: %p', async (order, isPrinted) => {
  const attributes = [{ key: 'waybill.order_id', value: { stringValue: 'ORD-1' } }];
  const { text } = await printed([span('1', 'root', { attributes })], '--order', order);
  expect(text.includes('root')).toBe(isPrinted);
});
