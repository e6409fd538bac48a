import type { Path } from './path';

export const ATTENTION: Path[] = [];
