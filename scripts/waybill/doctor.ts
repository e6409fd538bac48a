import type { Command } from 'commander';
import type { Desk } from './desk';
import { type Check, installationChecks, systemChecks } from './checks';
import { type Found, linesOfFinding } from './finding-lines';
import type { Finding } from './findings';
import { installationAt } from '../lib/paths';
import { readinessChecks } from './readiness';
import { readState } from '../lib/state';

/** `waybill doctor`: looks at the whole installation, and says what to do. */
export function addDoctor(program: Command, desk: Desk): void {
  const doctor = program
    .command('doctor')
    .description('looks at the whole installation, and says what to do')
    .addHelpText(
      'after',
      '\nExit code: 0 when everything works; 1 when something does not, or somebody has to see to it.',
    );
  desk.command(doctor, 'doctor', async (session) => {
    const checks = [
      ...installationChecks(desk.env),
      ...readinessChecks(desk.env, readState(installationAt().state)),
      ...systemChecks(desk.env, session.gateway),
    ];
    const found: Found[] = [];
    for (const check of checks) {
      if (found.some(({ name, state }) => name === check.after && state === 'failed')) continue;
      const finding = { name: check.name, ...(await run(check)) };
      found.push(finding);
      if (!session.asJson) for (const line of linesOfFinding(finding, session)) session.write(line);
    }
    const isWell = found.every(({ state }) => state === 'ok');
    if (session.asJson) session.write(JSON.stringify({ isWell, checks: found }, undefined, 2));
    else session.write(isWell ? 'Everything works.' : 'See to what is marked ! or ✗.');
    return isWell ? 0 : 1;
  });
}

/** A check that breaks has found something too. */
async function run({ look }: Check): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return { state: 'failed', detail: (error as Error).message };
  }
}
