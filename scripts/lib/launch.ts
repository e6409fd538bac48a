import type { Progress } from '../bootstrap/progress.cjs';
import type { Installation } from './paths';
import type { Settings } from './settings';
import type { Takedown } from './takedown';

/** What every stage of a start needs. */
export interface Launch {
  settings: Settings;
  installation: Installation;
  progress: Progress;
  takedown: Takedown;
  /** ends everything */
  fail: (error: Error) => void;
}
