import type { Finding } from '../../src/domain/reconciliation';
import type { MemoryMaintenance } from './memory/maintenance';
import type { OrdersLook } from '../../src/activities/reconciliation/orders';
import type { ArchivePlace } from '../../src/activities/rebuild';
import { addTallies } from '../../src/domain/stock-tally';
import { createMaintenanceActivities } from '../../src/activities/maintenance';
import { runActivity } from './contracts/activities';

/** Everything that a full look over a world finds: what the workflow asks for, without its pauses. */
export async function lookAtAll({ deps }: MemoryMaintenance): Promise<Finding[]> {
  const activities = createMaintenanceActivities(deps);
  const looks: OrdersLook[] = [];
  for (let place: ArchivePlace | undefined = { from: 'events' }; place;) {
    const look: OrdersLook = await runActivity(activities.lookAtOrders, { place, except: [] });
    looks.push(look);
    place = look.next;
  }
  const findings = looks.flatMap((look) => look.findings);
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const input = { since: new Date(0).toISOString(), ...(token !== undefined && { token }) };
    const page = await runActivity(activities.lookAtCharges, input);
    findings.push(...page.findings);
    ({ token } = page);
  }
  const tally = looks.reduce((sum, look) => addTallies(sum, look.tally), {});
  const { buckets } = await runActivity(activities.takeStock, { tally });
  // nobody moves meanwhile, whatever the clock says
  const later = { ...deps, now: () => new Date(Date.parse(deps.now()) + 60_000).toISOString() };
  const weigh = createMaintenanceActivities(later).weighStock;
  const watched = looks.flatMap((look) => look.watched);
  return [...findings, ...(await runActivity(weigh, { products: { buckets }, watched })).findings];
}
