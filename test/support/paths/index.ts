import type { Path } from './path';
import { PAYMENT } from './payment';
import { SHORTAGE } from './shortage';

/** Every way that an order's life can go, by theme. */
export const PATHS: Record<string, Path[]> = {
  'Short stock': SHORTAGE,
  Payment: PAYMENT,
};
