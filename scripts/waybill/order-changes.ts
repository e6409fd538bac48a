import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../../src/gateway/schemas';
import { type Acting, type Desk, Misused } from './desk';
import { quoted } from './table';
import { Trouble } from '../bootstrap/trouble.cjs';

type Changed = Static<typeof schemas.OrderCancelled>;

interface Change extends Acting {
  key: string;
  choice?: string;
  action?: string;
  reference?: string;
  street?: string;
  city?: string;
  country?: string;
  zip?: string;
}

/** How a change is asked for. */
interface Asking {
  /** under the order's own path */
  path: string;
  example: string;
  bodyFrom(options: Change): object;
  /** what is done for good, where it cannot be taken back */
  forGood?(options: Change, orderId: string): string | undefined;
}

export const orderPath = (orderId: string) => `/orders/${encodeURIComponent(orderId)}`;

/** The commands that change an order. */
export function addChanges(order: Command, desk: Desk): void {
  /** sent again with its key, it is made once */
  const change = (command: Command, { path, example, bodyFrom, forGood }: Asking) => {
    const acting = desk
      .acting(command)
      .option('--key <text>', 'sent again with it the change is the same one', randomUUID());
    if (forGood) desk.forGood(acting);
    desk.command(acting, example, async (session, options: Change, id) => {
      const body = bodyFrom(options);
      const lasting = forGood?.(options, id);
      if (lasting !== undefined) await session.confirm(lasting);
      const changed = await session.gateway
        .post<Changed>(`${orderPath(id)}/${path}`, body, { 'idempotency-key': options.key })
        .catch((error: unknown) => {
          throw withKey(error, options.key);
        });
      session.tell(changed, linesOfChange);
    });
  };

  change(
    order.command('cancel <id>').description('what was taken is given back').requiredOption('--reason <text>', 'why'),
    {
      path: 'cancel',
      example: "order cancel ORD-2025-001234 --reason 'ordered twice'",
      bodyFrom: ({ by, reason }) => ({ by, reason }),
      forGood: (_options, id) => `${id} is cancelled`,
    },
  );
  change(
    order
      .command('decide <id>')
      .description('what becomes of an order that is partly there')
      .requiredOption('--choice <choice>', 'SHIP_AVAILABLE, WAIT or CANCEL')
      .requiredOption('--reason <text>', 'why'),
    {
      path: 'decision',
      example: "order decide ORD-2025-001234 --choice WAIT --reason 'the customer rang'",
      bodyFrom: ({ by, reason, choice }) => ({ choice, by, reason }),
      forGood: ({ choice }, id) => (choice === 'CANCEL' ? `${id} is cancelled` : undefined),
    },
  );
  change(
    order
      .command('address <id>')
      .description('corrects where it goes, until a carrier has its parcels')
      .requiredOption('--street <text>')
      .requiredOption('--city <text>')
      .requiredOption('--zip <code>')
      .requiredOption('--country <code>', 'two letters, like KR')
      .requiredOption('--reason <text>', 'why'),
    {
      path: 'address',
      example:
        "order address ORD-2025-001234 --street '7 Side St' --city Seoul --zip 54321 --country KR --reason 'a slip of the pen'",
      bodyFrom: ({ by, reason, street, city, country, zip }) => ({ street, city, country, zipCode: zip, by, reason }),
    },
  );
  change(
    order
      .command('resolve <id>')
      .description('settles what an order cannot undo by itself')
      .requiredOption('--action <action>', 'RETRY, SKIP or SETTLE')
      .option('--reference <text>', 'with SETTLE: under which it was done by hand')
      .option('--reason <text>', 'why'),
    {
      path: 'resolution',
      example: "order resolve ORD-2025-001234 --action SETTLE --reference 'bank transfer 17'",
      bodyFrom: ({ by, reason, action, reference }) => {
        if (action === 'SETTLE' && !reference?.trim())
          throw new Misused('order resolve: SETTLE takes --reference, under which it was done by hand');
        return { action, by, reason, reference };
      },
      forGood: ({ action }, id) =>
        action === 'RETRY' ? undefined : `${id} goes on as if this were done, and it is not tried again`,
    },
  );
}

/** Whoever does not know whether an order was placed, or a change made, sends it again under its key. */
export function withKey(error: unknown, key: string): unknown {
  return error instanceof Trouble && /did not answer|Nothing answers| with 5\d\d\b/.test(error.message)
    ? new Trouble(`${error.message}\nSend it again with --key ${quoted(key)}: then it is made once.`)
    : error;
}

const linesOfChange = ({ orderId, status, outcome, returnId }: Changed): string[] => {
  if (returnId !== undefined) return [`${orderId} comes back with return ${returnId}.`];
  if (outcome !== undefined || status === undefined) return [`${orderId} has taken it, and goes on by itself.`];
  return [`${orderId} is ${status}.`];
};
