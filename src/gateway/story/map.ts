import type { Static } from '@sinclair/typebox';
import type { OrderStory } from '../story-schemas';
import type { OrderView } from '../../domain/projection';
import { EDGES, STATES, type StateName } from '../../domain/states';
import { presentStates } from '../present-parts';

type StateMap = Static<typeof OrderStory>['map'];
type Visit = ReturnType<typeof presentStates>[number];

/** The whole state machine, with the way that the order took through it. Without a view nothing was visited. */
export function mapOf(view: OrderView | undefined): StateMap {
  const visits = view ? presentStates(view) : [];
  const way = wayOf(visits.map(({ name }) => name));
  const steps = way.slice(1).map((to, i) => edgeName(way[i]!, to));
  return {
    states: STATES.map((name) => ({ name, ...stayOf(name, visits, way) })),
    edges: EDGES.map(([from, to]) => ({ from, to, taken: steps.filter((step) => step === edgeName(from, to)).length })),
  };
}

const edgeName = (from: StateName, to: StateName) => `${from} → ${to}`;

const known = new Set(EDGES.map(([from, to]) => edgeName(from, to)));

/** With the choice between two states, which is told only with the next event. */
function wayOf(names: readonly StateName[]): StateName[] {
  return names.flatMap((to, i) => {
    const from = names[i - 1];
    if (from === undefined || known.has(edgeName(from, to))) return [to];
    const choice = STATES.find(
      (name) => name.endsWith('?') && known.has(edgeName(from, name)) && known.has(edgeName(name, to)),
    );
    return choice ? [choice, to] : [to];
  });
}

function stayOf(name: StateName, visits: readonly Visit[], way: readonly StateName[]) {
  const stays = visits.filter((visit) => visit.name === name);
  const enteredAt = stays[0]?.enteredAt;
  const leftAt = stays.findLast(({ exitedAt }) => exitedAt !== null)?.exitedAt ?? undefined;
  const attempts = Math.max(0, ...stays.map((stay) => stay.attempts ?? 0));
  const isCurrent = stays.some(({ exitedAt }) => exitedAt === null);
  return {
    visits: way.filter((one) => one === name).length,
    ...(enteredAt !== undefined && { enteredAt }),
    ...(leftAt !== undefined && { leftAt }),
    ...(attempts > 1 && { attempts }),
    ...(isCurrent && { isCurrent }),
  };
}
