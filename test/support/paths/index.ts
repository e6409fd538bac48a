import type { Path } from './path';
import { ATTENTION } from './attention';
import { CHANGES } from './changes';
import { ELSEWHERE } from './elsewhere';
import { PAYMENT } from './payment';
import { PROMISE } from './promise';
import { RETURNS } from './returns';
import { SHIPPING } from './shipping';
import { SHORTAGE } from './shortage';

/** Every way that an order's life can go, by theme. */
export const PATHS: Record<string, Path[]> = {
  'Short stock': SHORTAGE,
  Payment: PAYMENT,
  'Paid elsewhere': ELSEWHERE,
  Shipping: SHIPPING,
  'The promise': PROMISE,
  'Changes of mind': CHANGES,
  Returns: RETURNS,
  'What cannot be undone': ATTENTION,
};
