import type { OrderView, ReturnStep } from '../../domain/projection';

/** The last step of each return that is not through. */
export function openReturns({ returns = [] }: OrderView): ReturnStep[] {
  const last = new Map<string, ReturnStep>();
  for (const step of returns) last.set(step.returnId, { ...last.get(step.returnId), ...step });
  return [...last.values()].filter(({ status }) => status === 'REQUESTED' || status === 'RECEIVED');
}
