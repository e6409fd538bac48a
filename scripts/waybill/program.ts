import { Command } from 'commander';
import { addAudit } from './audit';
import { addBreakers } from './breakers';
import { addCases } from './cases';
import { addDeadLetters } from './dead-letters';
import { addDoctor } from './doctor';
import { addInventory } from './inventory';
import { addOrder } from './order';
import { addOverview } from './overview';
import { addRebuildView } from './rebuild-view';
import { addReconcile } from './reconcile';
import { addReplay } from './replay';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Desk } from './desk';
import { PROJECT_ROOT } from '../lib/paths';

const PARTS = [
  addOverview,
  addOrder,
  addInventory,
  addCases,
  addDeadLetters,
  addBreakers,
  addAudit,
  addReplay,
  addRebuildView,
  addReconcile,
  addDoctor,
];

/** All commands, with their help. */
export function createProgram(desk: Desk): Command {
  const program = new Command('waybill')
    .version(versionOf())
    .description('Looks after orders, stock and what went wrong, over the HTTP API of a gateway.')
    .showHelpAfterError('(--help tells how it is called)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nThe gateway is that of `npm start`, unless --url, WAYBILL_URL or PORT say otherwise.\n' +
        'Exit code: 0 done; 1 not done, or something is left to do; 2 not understood.',
    );
  for (const add of PARTS) add(program, desk);
  return program;
}

const versionOf = (): string =>
  (JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string }).version;
