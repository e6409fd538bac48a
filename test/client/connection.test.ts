import { setTimeout as delay } from 'node:timers/promises';
import { connectClient } from '../../src/client';
import { freePort } from '../../scripts/lib/ports';
import { LONGEST_PAUSE_MS } from '../../src/client/engine';

test.each([50, 120, 250, 400])(
  'a connection that is closed %i ms into a call ends it, and throws nothing later',
  async (ms) => {
    const address = `127.0.0.1:${await freePort()}`;
    const { connection } = connectClient({ namespace: 'default', connection: { address } });
    const call = connection.withDeadline(Date.now() + 10_000, () => connection.workflowService.getSystemInfo({}));
    const ended = call.then(
      () => 'answered',
      () => 'failed',
    );
    await delay(ms);
    await connection.close();
    // what is thrown in a timer fails the run
    await delay(2 * LONGEST_PAUSE_MS);
    expect(await ended).toBe('failed');
  },
);
